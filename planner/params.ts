/** The study's params: what `--set` says, else their defaults, evaluated in the order in which they need each other. */
import type { ParamDeclaration } from '../schemas/study.ts';
import { type TermContext, compileTerm, evaluateConstant } from './compile-term.ts';
import { isReservedWord } from './expression.ts';
import { type Param, declaredType, misfit, notOfType, spellOut, typedTerm } from './param.ts';
import { type Place, below, keyLocation, valueLocation } from './place.ts';
import { reservedName } from './reserved-name.ts';
import { type SetFlag, parseByType } from './set-flags.ts';
import { type Scope, type Term, isConstant, unknownTerm } from './term.ts';

export type ParamsContext = Omit<TermContext, 'scope'>;

/** Params by name as constant terms; those with problems are terms without a value, so that nothing else complains of them. */
export function resolveParams(
  declarations: { readonly [name: string]: ParamDeclaration },
  place: Place,
  flags: ReadonlyMap<string, SetFlag>,
  context: ParamsContext,
): Scope {
  const params = Object.entries(declarations).map(([name, declared]) => spellOut(name, declared, below(place, name)));
  const resolution = new ParamResolution(params, flags, context);
  for (const param of params) {
    if (isReservedWord(param.name)) context.list.add(reservedName(param.name, param.place));
    else resolution.resolve(param);
  }
  return resolution.resolved;
}

/** Evaluates params, those that a default names first. */
class ParamResolution {
  readonly resolved = new Map<string, Term>();
  readonly #params: ReadonlyMap<string, Param>;
  readonly #flags: ReadonlyMap<string, SetFlag>;
  readonly #context: ParamsContext;
  /** Params whose evaluation has begun: each needs the next. */
  readonly #open: Param[] = [];

  constructor(params: readonly Param[], flags: ReadonlyMap<string, SetFlag>, context: ParamsContext) {
    this.#params = new Map(params.map(param => [param.name, param]));
    this.#flags = flags;
    this.#context = context;
  }

  resolve(param: Param): Term {
    const known = this.resolved.get(param.name);
    if (known !== undefined) return known;
    if (this.#open.includes(param)) return this.#giveUp(param);
    this.#open.push(param);
    const term = this.#evaluate(param);
    this.#open.pop();
    // In a cycle it has been given up meanwhile, and stays so.
    const settled = this.resolved.get(param.name) ?? term;
    this.resolved.set(param.name, settled);
    return settled;
  }

  #evaluate(param: Param): Term {
    const flag = this.#flags.get(param.name);
    if (flag !== undefined) return flagTerm(param, flag, this.#context);
    if (param.default === undefined) return withoutValue(param, this.#context);
    const needed = neededBy(param, this.#params, this.#context);
    if (needed === undefined) return unknownTerm(declaredType(param));
    const scope = new Map(needed.map(other => [other.name, this.resolve(other)]));
    return defaultTerm(param, { ...this.#context, scope });
  }

  #giveUp(param: Param): Term {
    const hops = this.#open.slice(this.#open.indexOf(param));
    for (const { name } of hops) this.resolved.set(name, unknownTerm('dyn'));
    this.#context.list.add({
      reason: 'param-cycle',
      location: valueLocation(param.defaultPlace),
      message: `Defaults need each other in a cycle: ${[...hops, param].map(({ name }) => `\`${name}\``).join(' needs ')}.`,
      remedy: 'Give one of them a plain value.',
      related: hops
        .slice(1)
        .map(hop => ({ location: valueLocation(hop.defaultPlace), note: `the default of \`${hop.name}\`` })),
    });
    return unknownTerm('dyn');
  }
}

/** Params that a default names; undefined where it cannot be read (listed). */
function neededBy(
  param: Param,
  params: ReadonlyMap<string, Param>,
  { compile, list }: ParamsContext,
): readonly Param[] | undefined {
  const needed = new Set<string>();
  const scope = new Map([...params.keys()].map(name => [name, unknownTerm('dyn')]));
  const spy: ParamsContext['compile'] = (text, variables) => {
    const expression = compile(text, variables);
    for (const name of expression.variables) needed.add(name);
    return expression;
  };
  const term = compileTerm(param.default ?? null, param.defaultPlace, { scope, compile: spy, list });
  return term === undefined ? undefined : [...needed].flatMap(name => params.get(name) ?? []);
}

function defaultTerm(param: Param, context: TermContext): Term {
  const { list } = context;
  const term = compileTerm(param.default ?? null, param.defaultPlace, context);
  if (term === undefined || !isConstant(term)) return unknownTerm(declaredType(param));
  const value = evaluateConstant(term, list);
  const problem = value === undefined ? undefined : misfit(param, value);
  if (value !== undefined && problem === undefined) return typedTerm(param, value);
  if (problem !== undefined) list.add({ reason: 'bad-param', location: valueLocation(param.defaultPlace), ...problem });
  return unknownTerm(declaredType(param));
}

function flagTerm(param: Param, flag: SetFlag, { list }: ParamsContext): Term {
  const value = parseByType(flag.text, param.type);
  const problem = value === undefined ? notOfType(param, flag.text) : misfit(param, value);
  if (problem === undefined && value !== undefined) return typedTerm(param, value);
  if (problem !== undefined) {
    const related = [{ location: keyLocation(param.place), note: 'the param' }];
    list.add({ reason: 'bad-flag', location: valueLocation(flag.place), ...problem, related });
  }
  return unknownTerm(declaredType(param));
}

function withoutValue(param: Param, { list }: ParamsContext): Term {
  list.add({
    reason: 'param-without-value',
    location: keyLocation(param.place),
    message: `The param \`${param.name}\` has no default, and no \`--set\` gives it a value.`,
    remedy: `Add \`default:\`, or run with \`--set ${param.name}=…\`.`,
  });
  return unknownTerm(declaredType(param));
}
