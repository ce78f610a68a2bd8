/** Named seeds of steps and of uses of graphs: each is a number, an axis, a seed of the graph around, or an expression. */
import type { StepKind } from '../schemas/step-kind.ts';
import type { StepDeclaration } from '../schemas/study.ts';
import { type TermContext, compileTerm, evaluateConstant } from './compile-term.ts';
import type { Instance } from './instance.ts';
import { listNames, meantNames, nearestName, suggestion } from './nearest-name.ts';
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
    } else if (!isMisnamed && !meant.has(seed)) addUnnamed(seed, names, kind, reader);
  }
  refuseOthers(used, kind.seeds, `\`${kind.kind}\``, reader);
  return seeds;
}

/** The seeds that a use gives to a graph, under the graph's names. */
export function readGraphSeeds(
  seeds: readonly string[],
  graph: string,
  reader: SeedReader,
): ReadonlyMap<string, PlacedTerm> {
  const { declaration, place, context } = reader;
  const terms = new Map<string, PlacedTerm>();
  const meant = meantNames(Object.keys(declaration.seed ?? {}), seeds);
  for (const seed of seeds) {
    const isNamed = Object.hasOwn(declaration.seed ?? {}, seed);
    // A seed with problems still counts as named for the steps inside.
    terms.set(seed, (isNamed ? seedTerm(seed, reader) : undefined) ?? { place, term: unknownTerm('int') });
    if (!isNamed && !meant.has(seed)) {
      context.list.add({
        reason: 'seed-not-named',
        location: keyLocation(place),
        message: `The graph \`${graph}\` draws from the seed \`${seed}\`, and this use does not name it.`,
        remedy: `Add \`seed: { ${seed}: 0 }\`: a number, an axis or an expression.`,
      });
    }
  }
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
    remedy:
      nearestName(name, names) === undefined
        ? 'Write a number, the name of an axis, or an expression `"${…}"`.'
        : `Write \`${nearestName(name, names) ?? ''}\`.`,
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

function addUnnamed(
  seed: string,
  names: readonly string[],
  kind: StepKind,
  { name, place, instance, context }: SeedReader,
): void {
  const inGraph = instance.graph === undefined ? '' : ` (or \`${names.at(-1) ?? seed}\` in the graph’s \`seeds:\`)`;
  context.list.add({
    reason: 'seed-not-named',
    location: keyLocation(place),
    message: `\`${name}\` (\`${kind.kind}\`) draws from the seed \`${seed}\`, and nothing names it.`,
    remedy: `Add \`seed: { ${seed}: 0 }\`${inGraph}: a number, an axis or an expression.`,
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
