/** A `use:` that names nothing: what might have been meant. */
import { nearestName, suggestion } from './nearest-name.ts';
import { type Place, below, valueLocation } from './place.ts';
import type { Planning } from './planning.ts';

/** Step kinds that sections of a study make steps of, and the sections. */
export const sectionKinds: ReadonlyMap<string, string> = new Map([
  ['gate', 'gates'],
  ['report', 'report'],
]);

/** Lists that there is no such step kind. */
export function addUnknownKind(use: string, place: Place, { registry, source, list }: Planning): void {
  const location = valueLocation(below(place, 'use'));
  const section = sectionKinds.get(use);
  if (section !== undefined) {
    list.add({
      reason: 'unknown-step-kind',
      location,
      message: `\`${use}\` is no step kind that a step can use.`,
      remedy: `Declare it under \`${section}:\`.`,
    });
    return;
  }
  const kinds = [...registry.keys()].filter(kind => !sectionKinds.has(kind));
  const known = [...kinds, ...[...source.graphs.keys()].map(graph => `graph/${graph}`)];
  const nearest = source.graphs.has(use) ? `graph/${use}` : nearestName(use, known);
  list.add({
    reason: 'unknown-step-kind',
    location,
    message: `There is no step kind \`${use}\`; ${nearest === undefined ? suggestion(use, kinds, 'step kind') : `did you mean \`${nearest}\`?`}`,
    remedy:
      nearest === undefined ? 'Name a step kind, or a graph as in `graph/pipeline`.' : `Write \`use: ${nearest}\`.`,
  });
}

/** Lists that there is no such graph, unless that is the echo of another problem. */
export function addUnknownGraph(name: string, place: Place, { source, list }: Planning): void {
  // Left out for its shape, or perhaps in an import that could not be read: listed already.
  if (source.graphs.has(name) || !source.isComplete) return;
  const nearest = nearestName(name, source.graphs.keys());
  list.add({
    reason: 'unknown-graph',
    location: valueLocation(below(place, 'use')),
    message: `There is no graph \`${name}\`; ${suggestion(name, source.graphs.keys(), 'graph')}`,
    remedy:
      nearest === undefined
        ? 'Declare it under `graphs:`, or import the file that does.'
        : `Write \`use: graph/${nearest}\`, or import the file that declares it.`,
  });
}
