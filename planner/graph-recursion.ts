/** Graphs that use each other in a cycle: expanded in place, they would have no end. */
import type { DiagnosticList } from './diagnostic-list.ts';
import { type Place, below, valueLocation } from './place.ts';
import type { GraphDefinition, StudySource } from './study-source.ts';

interface Hop {
  readonly graph: string;
  /** The `use` that leads to it. */
  readonly place: Place;
}

/** Lists every cycle of graphs, each once, with all its hops. */
export function checkRecursion({ graphs }: StudySource, list: DiagnosticList): void {
  const done = new Set<string>();
  const visit = (graph: GraphDefinition, path: readonly Hop[]): void => {
    for (const { graph: next, place } of usesIn(graph)) {
      const start = path.findIndex(hop => hop.graph === next);
      const definition = graphs.get(next);
      if (start >= 0) addCycle([...path.slice(start + 1), { graph: next, place }], list);
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

function addCycle(hops: readonly Hop[], list: DiagnosticList): void {
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
