/** Parameters of graphs: what names in a graph's expressions stand for in one use of it. */
import type { Json } from '../schemas/json.ts';
import type { ValueType } from '../schemas/study.ts';
import type { Position } from './axis.ts';
import { type TermContext, compileTerm, evaluateConstant } from './compile-term.ts';
import type { DiagnosticList } from './diagnostic-list.ts';
import { isReservedWord } from './expression.ts';
import { meantNames, remedyFor, suggestion } from './nearest-name.ts';
import { reservedName } from './reserved-name.ts';
import { type Place, below, keyLocation, valueLocation } from './place.ts';
import { describeValue } from './describe-value.ts';
import type { GraphDefinition } from './study-source.ts';
import { type Scope, type Term, ValueProblem, isConstant, unknownTerm } from './term.ts';
import { celTypeOfDeclared, isOfType, typeNoun } from './value-type.ts';

/** The scope of a use: its `with`, in the terms of what is around it, else the defaults. */
export function graphScope(
  { name: graph, declaration, place: graphPlace }: GraphDefinition,
  written: { readonly [name: string]: Json },
  place: Place,
  context: TermContext,
): Scope {
  const names = Object.keys(declaration.with);
  for (const name of Object.keys(written)) {
    if (names.includes(name)) continue;
    const message = `The graph \`${graph}\` has no parameter \`${name}\`; ${suggestion(name, names, 'parameter')}`;
    context.list.add({
      reason: 'unknown-parameter',
      location: keyLocation(below(place, 'with', name)),
      message,
      remedy: remedyFor(name, names, 'Remove it.'),
    });
  }
  const scope = new Map<string, Term>();
  const meant = meantNames(Object.keys(written), names);
  for (const [name, { type, default: fallback }] of Object.entries(declaration.with)) {
    const declared = below(graphPlace, 'with', name);
    if (isReservedWord(name)) context.list.add(reservedName(name, declared));
    else if (Object.hasOwn(written, name))
      scope.set(name, typed(written[name] ?? null, type, below(place, 'with', name), context));
    else if (fallback !== undefined)
      scope.set(name, typed(fallback, type, below(declared, 'default'), { ...context, scope: new Map() }));
    else {
      if (!meant.has(name)) addMissing(name, type, `The graph \`${graph}\``, { place, list: context.list });
      scope.set(name, unknownTerm(celTypeOfDeclared(type)));
    }
  }
  return scope;
}

/** The scope of a graph that nothing uses: types without values. Defaults are checked all the same. */
export function sketchScope({ declaration }: GraphDefinition): Scope {
  return new Map(
    Object.entries(declaration.with)
      .filter(([name]) => !isReservedWord(name))
      .map(([name, { type }]) => [name, unknownTerm(celTypeOfDeclared(type))]),
  );
}

/** A value for a parameter of a type: checked at once where it is constant, else wherever it is evaluated. */
function typed(value: Json, type: ValueType, place: Place, context: TermContext): Term {
  const none = unknownTerm(celTypeOfDeclared(type));
  const term = compileTerm(value, place, context);
  if (term === undefined) return none;
  const check = (found: Json): Json => {
    if (isOfType(found, type)) return found;
    const message = `\`${parameterAt(place)}\` must be ${typeNoun(type)}; it is ${describeValue(found)}.`;
    throw new ValueProblem({
      reason: 'bad-parameter',
      message,
      remedy: `Write ${typeNoun(type)}.`,
      location: valueLocation(place),
    });
  };
  const checked: Term = {
    ...term,
    type: type === 'list' ? term.type : celTypeOfDeclared(type),
    evaluate: (position: Position) => check(term.evaluate(position)),
  };
  if (!isConstant(checked)) return fits(term, type, place, context) ? checked : none;
  return evaluateConstant(checked, context.list) === undefined ? none : checked;
}

/** The parameter whose value, or whose default, stands at a place. */
function parameterAt({ path }: Place): string {
  return String(path.at(-1) === 'default' && path.at(-3) === 'with' ? path.at(-2) : path.at(-1));
}

/** Whether what is known of a varying value allows the type. */
function fits(term: Term, type: ValueType, place: Place, { list }: TermContext): boolean {
  const wanted = celTypeOfDeclared(type);
  const isFit = term.type === 'dyn' || term.type.startsWith(wanted) || (wanted === 'double' && term.type === 'int');
  if (!isFit) {
    const message = `\`${parameterAt(place)}\` must be ${typeNoun(type)}; the expression gives \`${term.type}\`.`;
    list.add({
      reason: 'bad-parameter',
      location: valueLocation(place),
      message,
      remedy: 'Convert it, or change the type that the graph declares.',
    });
  }
  return isFit;
}

function addMissing(
  name: string,
  type: ValueType,
  owner: string,
  { place, list }: { readonly place: Place; readonly list: DiagnosticList },
): void {
  list.add({
    reason: 'missing-parameter',
    location: keyLocation(place),
    message: `${owner} needs the parameter \`${name}\`.`,
    remedy: `Add \`with: { ${name}: … }\` (${typeNoun(type)}), or a default in the graph.`,
  });
}
