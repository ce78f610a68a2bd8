/** Named seeds of steps and of uses of graphs: each is a number, an axis, a seed of the graph around, or an expression. */
import type { StepKind } from '../schemas/step-kind.ts';
import type { StepDeclaration } from '../schemas/study.ts';
import { type TermContext, compileTerm, evaluateConstant } from './compile-term.ts';
import type { Instance } from './instance.ts';
import { listNames, meantNames, remedyFor, suggestion } from './nearest-name.ts';
import { type Place, below, keyLocation, valueLocation } from './place.ts';
import { type PlacedTerm, type Term, constantTerm, isConstant, unknownTerm } from './term.ts';

export interface SeedReader {
  readonly instance: Instance;
  readonly name: string;
  readonly declaration: StepDeclaration;
  readonly place: Place;
  readonly context: TermContext;
}

/**
 * The seeds of a step under the kind's names. Each is found under its own name, for a kind with one seed also under
 * the step's name, first at the step and then among the seeds of its graph.
 */
export function readSeeds(kind: StepKind, reader: SeedReader): ReadonlyMap<string, PlacedTerm> {
  const { name, declaration, instance } = reader;
  const seeds = new Map<string, PlacedTerm>();
  const used = new Set<string>();
  const meant = meantNames(Object.keys(declaration.seed ?? {}), [...kind.seeds, name]);
  // Whatever is written for a kind with one seed is meant to be that seed.
  const isMisnamed = kind.seeds.length === 1 && Object.keys(declaration.seed ?? {}).length > 0;
  const unnamed: string[] = [];
  for (const seed of kind.seeds) {
    const names = kind.seeds.length === 1 ? [seed, name] : [seed];
    const written = names.find(each => Object.hasOwn(declaration.seed ?? {}, each));
    const inherited = names.find(each => instance.graph?.seeds.has(each));
    if (written !== undefined) {
      used.add(written);
      const term = seedTerm(written, reader);
      if (term !== undefined) seeds.set(seed, term);
    } else if (inherited !== undefined) {
      const term = graphSeed(instance, inherited);
      if (term !== undefined) seeds.set(seed, term);
    } else if (!isMisnamed && !meant.has(seed)) unnamed.push(seed);
  }
  // In a graph, many steps have a seed of the kind's name: each takes one of its own by the step's name.
  const inGraph = kind.seeds.length === 1 ? [name] : unnamed;
  addUnnamed(`\`${name}\` (\`${kind.kind}\`)`, { seeds: unnamed, inGraph, fault: 'nothing names' }, reader);
  refuseOthers(used, kind.seeds, `\`${kind.kind}\``, reader);
  return seeds;
}

/**
 * The seeds that a use gives to a graph, under the graph's names. Inside another graph, the seeds of the same name are
 * taken from there unless the use says otherwise.
 */
export function readGraphSeeds(
  seeds: readonly string[],
  graph: string,
  reader: SeedReader,
): ReadonlyMap<string, PlacedTerm> {
  const { declaration, place, instance } = reader;
  const unnamed: string[] = [];
  const terms = new Map<string, PlacedTerm>();
  const meant = meantNames(Object.keys(declaration.seed ?? {}), seeds);
  for (const seed of seeds) {
    const isNamed = Object.hasOwn(declaration.seed ?? {}, seed);
    const term = isNamed ? seedTerm(seed, reader) : graphSeed(instance, seed);
    // A seed with problems still counts as named for the steps inside.
    terms.set(seed, term ?? { place, term: unknownTerm('int') });
    if (!isNamed && term === undefined && !meant.has(seed)) unnamed.push(seed);
  }
  addUnnamed(`The graph \`${graph}\``, { seeds: unnamed, inGraph: unnamed, fault: 'this use does not name' }, reader);
  refuseOthers(new Set(seeds), seeds, `the graph \`${graph}\``, reader);
  return terms;
}

function seedTerm(seed: string, { declaration, place, instance, context }: SeedReader): PlacedTerm | undefined {
  const written = declaration.seed?.[seed] ?? 0;
  const at = below(place, 'seed', seed);
  if (typeof written === 'number') return { place: at, term: constantTerm(written) };
  if (!written.includes('${')) {
    const inherited = graphSeed(instance, written);
    if (inherited !== undefined) return { place: at, term: inherited.term };
    return named(written, at, instance, context);
  }
  const term = compileTerm(written, at, context);
  return term === undefined || !isWhole(term, at, context) ? undefined : { place: at, term };
}

/** An axis, a param, a parameter of the graph: whatever expressions call by this name. */
function named(name: string, place: Place, instance: Instance, context: TermContext): PlacedTerm | undefined {
  if (context.scope.has(name)) {
    const term = compileTerm(`\${${name}}`, place, context);
    return term === undefined || !isWhole(term, place, context) ? undefined : { place, term };
  }
  const names = [...(instance.graph?.declaration.seeds ?? []), ...context.scope.keys()];
  const noun = instance.graph === undefined ? 'axis or param' : 'seed or parameter';
  context.list.add({
    reason: 'bad-seed',
    location: valueLocation(place),
    message: `No ${noun} is called \`${name}\`; ${suggestion(name, names, noun)}`,
    remedy: remedyFor(name, names, 'Write a number, the name of an axis, or an expression `"${…}"`.'),
  });
  return undefined;
}

function graphSeed(instance: Instance, seed: string): PlacedTerm | undefined {
  const term = instance.graph?.seeds.get(seed);
  if (term !== undefined) instance.graph?.asked.seeds.add(seed);
  return term;
}

/** Refuses what can never be a whole number from 0; single values are checked again at every cell. */
function isWhole(term: Term, place: Place, { list }: TermContext): boolean {
  const value = isConstant(term) ? evaluateConstant(term, list) : undefined;
  if (value === undefined && isConstant(term)) return false;
  const isFit = value === undefined ? term.type === 'int' || term.type === 'dyn' : isSeed(value);
  if (!isFit) {
    const found =
      value === undefined
        ? `this gives ${term.type === 'double' ? 'fractions' : `values of type ${term.type}`}`
        : `this is ${JSON.stringify(value)}`;
    list.add({
      reason: 'bad-seed',
      location: valueLocation(place),
      message: `A seed is a whole number from 0; ${found}.`,
      remedy: 'Use an axis of whole numbers, as in `{ count: 3 }` or `[42, 137, 256]`.',
    });
  }
  return isFit;
}

/** Whether a value can be a seed. */
export function isSeed(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

interface UnnamedSeeds {
  readonly seeds: readonly string[];
  /** What the graph around would call them. */
  readonly inGraph: readonly string[];
  readonly fault: string;
}

/** Lists the seeds that nothing names, with the line that would name them. */
function addUnnamed(
  owner: string,
  { seeds, inGraph, fault }: UnnamedSeeds,
  { declaration, place, instance, context }: SeedReader,
): void {
  if (seeds.length === 0) return;
  const entries = seeds.map(seed => `${seed}: 0`).join(', ');
  const line = declaration.seed === undefined ? `Add \`seed: { ${entries} }\`` : `Add \`${entries}\` to its \`seed:\``;
  // Inside a graph there is another remedy: to let whoever uses the graph name them.
  const { graph } = instance;
  const other =
    graph === undefined ? '' : `; or add ${listNames(inGraph)} to the \`seeds:\` of the graph \`${graph.name}\``;
  context.list.add({
    reason: 'seed-not-named',
    location: keyLocation(place),
    message: `${owner} draws from the ${seeds.length === 1 ? 'seed' : 'seeds'} ${listNames(seeds)}, and ${fault} ${seeds.length === 1 ? 'it' : 'them'}.`,
    remedy: `${line} (a number, an axis or an expression)${other}.`,
  });
}

function refuseOthers(
  used: ReadonlySet<string>,
  seeds: readonly string[],
  owner: string,
  { declaration, place, context }: SeedReader,
): void {
  for (const written of Object.keys(declaration.seed ?? {})) {
    if (used.has(written)) continue;
    context.list.add({
      reason: 'unknown-seed',
      location: keyLocation(below(place, 'seed', written)),
      message: `${owner.charAt(0).toUpperCase()}${owner.slice(1)} has no seed \`${written}\`; ${suggestion(written, seeds, 'seed')}`,
      remedy:
        seeds.length === 0 ? 'Remove it.' : `Its ${seeds.length === 1 ? 'seed is' : 'seeds are'} ${listNames(seeds)}.`,
    });
  }
}
