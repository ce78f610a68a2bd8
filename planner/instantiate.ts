/** Expands graphs in place: the study's steps, and those of every graph it uses, as flat steps. */
import type { GraphDefinition } from './study-source.ts';
import { type Written, declareStep, readAt, readInputAt, readOver, readWhen } from './declare-step.ts';
import { graphScope, sketchScope } from './graph-parameters.ts';
import { type GraphFrame, type Instance, type Member, stepsOf } from './instance.ts';
import { contextOf, nothingAsked } from './instance-context.ts';
import { deepestGraph, mostSteps } from './limits.ts';
import { type Place, below, keyLocation } from './place.ts';
import type { Planning } from './planning.ts';
import { readGraphSeeds } from './seeds.ts';
import { findNode } from './source-node.ts';
import { type PlacedTerm, type Scope, unknownTerm } from './term.ts';
import { addUnknownGraph, addUnknownKind, sectionKinds } from './unknown-use.ts';

/** The study as an instance, its graphs expanded below it. */
export function instantiateStudy(planning: Planning, scope: Scope): Instance {
  const { declaration, place, isLeftOut } = planning.source;
  const study: Instance = {
    prefix: '',
    place: below(place, 'steps'),
    declarations: declaration.steps,
    members: new Map(),
    scope,
    graph: undefined,
    bounds: [],
    conditions: [],
    isSketch: false,
    nesting: [],
  };
  fill(study, planning, { steps: 0 }, step => isLeftOut('steps', step));
  return study;
}

/** A graph that nothing uses, with everything that only a use decides left open, to check what can be checked. */
export function sketchGraph(definition: GraphDefinition, planning: Planning): Instance {
  const { name, declaration, place } = definition;
  const seeds = new Map(
    declaration.seeds.map((seed): [string, PlacedTerm] => [seed, { place, term: unknownTerm('int') }]),
  );
  const graph: GraphFrame = { name, declaration, place, seeds, use: undefined, asked: nothingAsked() };
  const sketch: Instance = {
    prefix: `graph/${name}.`,
    place: below(place, 'steps'),
    declarations: declaration.steps,
    members: new Map(),
    scope: sketchScope(definition),
    graph,
    bounds: [],
    conditions: [],
    isSketch: true,
    nesting: [name],
  };
  fill(sketch, planning, { steps: 0 }, definition.isLeftOut);
  return sketch;
}

interface Budget {
  steps: number;
}

function fill(instance: Instance, planning: Planning, budget: Budget, isLeftOut: (step: string) => boolean): void {
  const context = contextOf(instance, planning);
  for (const name of stepNames(instance.place, instance.declarations)) {
    const declaration = Object.hasOwn(instance.declarations, name) ? instance.declarations[name] : undefined;
    const place = below(instance.place, name);
    const member: Member =
      declaration === undefined || isLeftOut(name) || !isNameFree({ planning, instance, place }, name)
        ? { kind: 'broken' }
        : instantiate({ planning, instance, name, declaration, place, context }, budget);
    instance.members.set(name, member);
  }
}

/** Names under `steps:` in the order of the text, those of steps with another shape too. */
function stepNames(place: Place, declarations: Instance['declarations']): Iterable<string> {
  const written = findNode(place.document.root, place.path).value;
  return written?.kind === 'map' ? written.entries.keys() : Object.keys(declarations);
}

function instantiate(written: Written, budget: Budget): Member {
  const { planning, declaration, place } = written;
  const graph = /^graph\/(.*)$/.exec(declaration.use)?.[1];
  if (graph !== undefined) return useGraph(graph, written, budget);
  const kind = planning.registry.get(declaration.use);
  if (kind === undefined || sectionKinds.has(declaration.use)) {
    addUnknownKind(declaration.use, place, planning);
    return { kind: 'broken' };
  }
  if (++budget.steps > mostSteps) return tooManySteps(written, budget);
  const before = planning.list.reported();
  const { step, declared } = declareStep(kind, written);
  if (planning.list.reported() > before) planning.faulty.add(step);
  return { kind: 'step', step, declared };
}

function useGraph(name: string, written: Written, budget: Budget): Member {
  const { planning, instance, declaration, place, context } = written;
  const definition = planning.source.graphs.get(name);
  if (definition === undefined) {
    addUnknownGraph(name, place, planning);
    return { kind: 'broken' };
  }
  // A graph inside itself has no end; the recursion is listed where graphs are checked.
  if (instance.nesting.includes(name)) return { kind: 'broken' };
  if (instance.nesting.length >= deepestGraph) return tooDeep(written);
  const before = planning.list.reported();
  refuseStepKeys(written);
  const over = readOver(written);
  const when = readWhen(written);
  const graph = graphFrame(definition, written);
  const inner: Instance = {
    prefix: `${instance.prefix}${written.name}.`,
    place: below(definition.place, 'steps'),
    declarations: definition.declaration.steps,
    members: new Map(),
    scope: graphScope(definition, declaration.with ?? {}, place, context),
    graph,
    bounds: over === undefined ? instance.bounds : [...instance.bounds, over],
    conditions: when === undefined ? instance.conditions : [...instance.conditions, when],
    isSketch: instance.isSketch,
    nesting: [...instance.nesting, name],
  };
  const isFaulty = planning.list.reported() > before;
  fill(inner, planning, budget, definition.isLeftOut);
  if (isFaulty) for (const step of stepsOf(inner)) planning.faulty.add(step);
  return { kind: 'graph', instance: inner };
}

function graphFrame({ name, declaration, place }: GraphDefinition, written: Written): GraphFrame {
  const { instance, declaration: use, place: usePlace } = written;
  return {
    name,
    declaration,
    place,
    seeds: readGraphSeeds(declaration.seeds, name, written),
    use: {
      name: written.name,
      instance,
      declaration: use,
      place: usePlace,
      at: readAt(written),
      inputAt: readInputAt(written),
    },
    asked: nothingAsked(),
  };
}

/** What a graph’s own steps say for themselves, its use cannot. */
function refuseStepKeys({ declaration, place, context }: Written): void {
  for (const key of ['else', 'keep', 'resources', 'quorum', 'on_failure', 'approve'] as const) {
    if (declaration[key] === undefined) continue;
    context.list.add({
      reason: 'bad-graph-use',
      location: keyLocation(below(place, key)),
      message: `\`${key}\` belongs to a step, and this is the use of a graph.`,
      remedy:
        key === 'quorum'
          ? 'Say it of one input: `in: { port: { from: …, quorum: … } }`.'
          : 'Say it of the graph’s own steps.',
    });
  }
}

/** Gates and the report are steps of the plan too, under these names. */
function isNameFree(
  { planning, instance, place }: Pick<Written, 'planning' | 'instance' | 'place'>,
  name: string,
): boolean {
  if (instance.graph !== undefined || (name !== 'gates' && name !== 'report')) return true;
  planning.list.add({
    reason: 'name-clash',
    location: keyLocation(place),
    message: `\`${name}\` is a section of the study and cannot be a step.`,
    remedy: 'Rename the step.',
  });
  return false;
}

function tooDeep({ place, context }: Written): Member {
  context.list.add({
    reason: 'graph-too-deep',
    location: keyLocation(place),
    message: `Here graphs stand more than ${deepestGraph} deep in each other.`,
    remedy: 'Use fewer levels.',
  });
  return { kind: 'broken' };
}

function tooManySteps({ place, context }: Written, budget: Budget): Member {
  if (budget.steps === mostSteps + 1) {
    context.list.add({
      reason: 'too-many-steps',
      location: keyLocation(place),
      message: `With its graphs expanded, the study has more than ${mostSteps.toLocaleString('en')} steps.`,
      remedy: 'Repeat work along axes instead of by copies of steps.',
    });
  }
  return { kind: 'broken' };
}
