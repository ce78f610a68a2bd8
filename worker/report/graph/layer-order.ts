/** The order of the nodes in each layer, so that few edges cross. */
import type { LayerNode, Link } from './layout-graph.ts';

/** Sweeps down and up; more change nothing on graphs of a study's size. */
const sweeps = 8;

/** The best of the orders that sweeps of barycentres come by. */
export function orderLayers(rows: readonly (readonly LayerNode[])[], links: readonly Link[]): LayerNode[][] {
  const neighbours = neighbourMaps(links);
  let order = rows.map(nodes => [...nodes]);
  let best = order;
  let fewest = crossings(order, links);
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    order = swept(order, sweep % 2 === 0 ? 'down' : 'up', neighbours);
    const crossed = crossings(order, links);
    if (crossed < fewest) {
      fewest = crossed;
      best = order;
    }
  }
  return best;
}

interface Neighbours {
  readonly above: ReadonlyMap<string, readonly string[]>;
  readonly below: ReadonlyMap<string, readonly string[]>;
}

/** Ids of the linked nodes in the layers above and below each node. */
export function neighbourMaps(links: readonly Link[]): Neighbours {
  const above = new Map<string, string[]>();
  const below = new Map<string, string[]>();
  for (const { from, to } of links) {
    above.set(to.id, [...(above.get(to.id) ?? []), from.id]);
    below.set(from.id, [...(below.get(from.id) ?? []), to.id]);
  }
  return { above, below };
}

function swept(rows: readonly LayerNode[][], direction: 'down' | 'up', { above, below }: Neighbours): LayerNode[][] {
  const order = rows.map(nodes => [...nodes]);
  const known = direction === 'down' ? above : below;
  const indices = direction === 'down' ? order.keys() : [...order.keys()].reverse();
  const places = new Map(order.flatMap(nodes => nodes.map((node, place) => [node.id, place])));
  for (const index of indices) {
    const nodes = order[index] ?? [];
    const keyed = nodes.map((node, place) => ({ node, key: barycentre(known.get(node.id), places) ?? place }));
    const sorted = keyed.sort((a, b) => a.key - b.key).map(({ node }) => node);
    order[index] = sorted;
    for (const [place, node] of sorted.entries()) places.set(node.id, place);
  }
  return order;
}

/** The mean place of some nodes; undefined of none. */
function barycentre(ids: readonly string[] | undefined, places: ReadonlyMap<string, number>): number | undefined {
  if (ids === undefined || ids.length === 0) return undefined;
  return ids.reduce((sum, id) => sum + (places.get(id) ?? 0), 0) / ids.length;
}

/** Pairs of links between the same two layers that cross. */
export function crossings(rows: readonly (readonly LayerNode[])[], links: readonly Link[]): number {
  const places = new Map(rows.flatMap((nodes, row) => nodes.map((node, place) => [node.id, { row, place }])));
  const byRow = new Map<number, [number, number][]>();
  for (const { from, to } of links) {
    const [start, end] = [places.get(from.id), places.get(to.id)];
    if (start === undefined || end === undefined) continue;
    byRow.set(start.row, [...(byRow.get(start.row) ?? []), [start.place, end.place]]);
  }
  let count = 0;
  for (const spans of byRow.values())
    for (const [index, [from, to]] of spans.entries())
      for (const [otherFrom, otherTo] of spans.slice(index + 1)) if ((from - otherFrom) * (to - otherTo) < 0) count++;
  return count;
}
