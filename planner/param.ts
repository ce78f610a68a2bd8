/** A param: its declaration with the shorthand spelt out, and which values fit it. */
import { type Json, canonicalJson } from '../schemas/json.ts';
import type { AxisValue } from '../schemas/plan.ts';
import type { ParamDeclaration, ValueType } from '../schemas/study.ts';
import { type CelType, isList } from './cel-value.ts';
import { describeValue } from './describe-value.ts';
import type { Problem } from './diagnostic-list.ts';
import { listNames, remedyFor } from './nearest-name.ts';
import { type Place, below } from './place.ts';
import { type Term, constantTerm } from './term.ts';
import { celTypeOfDeclared, isOfType, typeNoun, valueTypeOf } from './value-type.ts';

/** A param with all that is known of it, shorthand spelt out. */
export interface Param {
  readonly name: string;
  readonly place: Place;
  readonly type: ValueType | undefined;
  readonly default: Json | undefined;
  readonly defaultPlace: Place;
  readonly choices: readonly AxisValue[] | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export function spellOut(name: string, declared: ParamDeclaration, place: Place): Param {
  if (typeof declared !== 'object' || isList(declared)) {
    const type = typeof declared === 'string' && declared.includes('${') ? undefined : valueTypeOf(declared);
    return {
      name,
      place,
      type,
      default: declared,
      defaultPlace: place,
      choices: undefined,
      min: undefined,
      max: undefined,
    };
  }
  const { type, choices, min, max } = declared;
  return { name, place, type, default: declared.default, defaultPlace: below(place, 'default'), choices, min, max };
}

type Words = Pick<Problem, 'message' | 'remedy'>;

/** Why a value does not fit a param's type, choices or range. */
export function misfit(param: Param, value: Json): Words | undefined {
  const { name, type, choices, min, max } = param;
  if (type !== undefined && !isOfType(value, type)) return notOfType(param, value);
  const items = isList(value) ? value : [value];
  const odd = choices === undefined ? undefined : items.find(item => !choices.some(choice => choice === item));
  if (choices !== undefined && odd !== undefined) {
    const names = choices.map(String);
    const text = typeof odd === 'string' ? odd : canonicalJson(odd);
    const message = `\`${name}\` must be ${listNames(names, 12, 'or')}; it is ${describeValue(odd)}.`;
    return { message, remedy: remedyFor(text, names, 'Write one of them.') };
  }
  const outside = items.find(item => typeof item === 'number' && (item < (min ?? item) || item > (max ?? item)));
  if (outside === undefined) return undefined;
  const range = `${min === undefined ? '' : ` from ${min}`}${max === undefined ? '' : ` up to ${max}`}`;
  return {
    message: `\`${name}\` must be a number${range}; it is ${describeValue(outside)}.`,
    remedy: 'Write a value in its range.',
  };
}

/** That a value is of another type. */
export function notOfType({ name, type = 'string' }: Param, value: Json): Words {
  return {
    message: `\`${name}\` must be ${typeNoun(type)}; it is ${describeValue(value)}.`,
    remedy: `Write ${typeNoun(type)}.`,
  };
}

/** A value of a param as a term; a float stays one where its value is whole. */
export function typedTerm(param: Param, value: Json): Term {
  const term = constantTerm(value);
  return param.type === 'float' ? { ...term, type: 'double' } : term;
}

/** The type that expressions know before the value. */
export function declaredType({ type }: Param): CelType {
  return type === undefined ? 'dyn' : celTypeOfDeclared(type);
}
