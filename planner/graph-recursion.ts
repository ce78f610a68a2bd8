/** Graphs that use each other in a circle, and parts of graphs that nothing uses. */
import type { DiagnosticList } from './diagnostic-list.ts';
import type { GraphFrame, Instance } from './instance.ts';
import { type Place, below, keyLocation, valueLocation } from './place.ts';
import type { Planning } from './planning.ts';
import type { GraphDefinition, StudySource } from './study-source.ts';

interface Hop {
  readonly graph: string;
  /** The `use` that leads to it. */
  readonly place: Place;
}

/** Lists every circle of graphs, each once, with all its hops. */
export function checkRecursion({ graphs }: StudySource, list: DiagnosticList): void {
  const done = new Set<string>();
  const visit = (graph: GraphDefinition, path: readonly Hop[]): void => {
    for (const { graph: next, place } of usesIn(graph)) {
      const start = path.findIndex(hop => hop.graph === next);
      const definition = graphs.get(next);
      if (start >= 0) addCircle([...path.slice(start + 1), { graph: next, place }], list);
      else if (definition !== undefined && !done.has(next)) visit(definition, [...path, { graph: next, place }]);
    }
    done.add(graph.name);
  };
  for (const graph of graphs.values()) {
    if (graph !== undefined && !done.has(graph.name)) visit(graph, [{ graph: graph.name, place: graph.place }]);
  }
}

function usesIn({ declaration, place }: GraphDefinition): Hop[] {
  return Object.entries(declaration.steps).flatMap(([step, { use }]) => {
    const graph = /^graph\/(.*)$/.exec(use)?.[1];
    return graph === undefined ? [] : [{ graph, place: below(place, 'steps', step, 'use') }];
  });
}

function addCircle(hops: readonly Hop[], list: DiagnosticList): void {
  const [first, ...others] = hops;
  if (first === undefined) return;
  const names = hops.map(({ graph }) => `\`${graph}\``);
  list.add({
    reason: 'graph-recursion',
    location: valueLocation(first.place),
    message: `Graphs use each other without end: ${names.at(-1) ?? ''} → ${names.join(' → ')}.`,
    remedy: 'A graph is expanded in place, so it cannot contain itself; use an axis for repetition.',
    related: others.map(({ graph, place }) => ({
      location: valueLocation(place),
      note: `which uses \`${graph}\` here`,
    })),
  });
}

/** Lists in-ports, parameters and seeds that a graph declares and none of its steps asks for. */
export function checkUnusedParts(instance: Instance, planning: Planning): void {
  for (const member of instance.members.values()) {
    if (member.kind === 'graph') checkUnusedParts(member.instance, planning);
  }
  const { graph } = instance;
  // A step with problems might ask for more once it is mended.
  if (graph !== undefined && !hasProblems(instance, planning)) listUnused(graph, planning.list);
}

function hasProblems(instance: Instance, { faulty }: Planning): boolean {
  return [...instance.members.values()].some(
    member =>
      member.kind === 'broken' ||
      (member.kind === 'step' && faulty.has(member.step)) ||
      (member.kind === 'graph' && hasBroken(member.instance)),
  );
}

function hasBroken(instance: Instance): boolean {
  return [...instance.members.values()].some(member => member.kind === 'broken');
}

function listUnused({ name, declaration, place, asked }: GraphFrame, list: DiagnosticList): void {
  const parts: [noun: string, key: string, names: readonly string[], asked: ReadonlySet<string>][] = [
    ['in-port', 'in', Object.keys(declaration.in), asked.ports],
    ['parameter', 'with', Object.keys(declaration.with), asked.parameters],
    ['seed', 'seeds', declaration.seeds, asked.seeds],
  ];
  for (const [noun, key, names, used] of parts) {
    for (const [index, part] of names.entries()) {
      if (used.has(part)) continue;
      const at = below(place, key, key === 'seeds' ? index : part);
      list.add({
        reason: 'unused-graph-part',
        location: key === 'seeds' ? valueLocation(at) : keyLocation(at),
        message: `No step of the graph \`${name}\` uses its ${noun} \`${part}\`.`,
        remedy: noun === 'in-port' ? `Name it in the \`in:\` of a step, or remove it.` : 'Use it, or remove it.',
      });
    }
  }
}
