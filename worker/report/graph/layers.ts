/** The layer of each box: below all that it follows, and no layer wider than the page. */
import { gaps, type LayoutEdge, type LayoutItem } from './layout-graph.ts';

/** From 0 at the top. */
export function assignLayers(
  items: readonly LayoutItem[],
  edges: readonly LayoutEdge[],
  widest: number,
): ReadonlyMap<string, number> {
  return brokenLayers(items, pulledDown(items, edges, longestPaths(items, edges)), widest);
}

/** The number of edges on the longest path that leads to each box. */
function longestPaths(items: readonly LayoutItem[], edges: readonly LayoutEdge[]): Map<string, number> {
  const layers = new Map(items.map(({ id }) => [id, 0]));
  const waiting = new Map(items.map(({ id }) => [id, 0]));
  for (const { to } of edges) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  const ready = items.map(({ id }) => id).filter(id => waiting.get(id) === 0);
  for (const id of ready) {
    for (const { from, to } of edges) {
      if (from !== id) continue;
      layers.set(to, Math.max(layers.get(to) ?? 0, (layers.get(id) ?? 0) + 1));
      const left = (waiting.get(to) ?? 0) - 1;
      waiting.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  if (ready.length < items.length) throw new Error('internal: a graph with a cycle has no layers');
  return layers;
}

/** Boxes that follow nothing stand just above what needs them first, rather than all at the top. */
function pulledDown(
  items: readonly LayoutItem[],
  edges: readonly LayoutEdge[],
  layers: ReadonlyMap<string, number>,
): Map<string, number> {
  const followers = new Set(edges.map(({ to }) => to));
  return new Map(
    items.map(({ id }) => {
      const needed = edges.filter(({ from }) => from === id).map(({ to }) => layers.get(to) ?? 0);
      const isSource = !followers.has(id) && needed.length > 0;
      return [id, isSource ? Math.min(...needed) - 1 : (layers.get(id) ?? 0)];
    }),
  );
}

/** A layer that is too wide goes on in the next one: its boxes do not follow each other. */
function brokenLayers(
  items: readonly LayoutItem[],
  layers: ReadonlyMap<string, number>,
  widest: number,
): Map<string, number> {
  const broken = new Map<string, number>();
  let row = -1;
  for (let layer = 0; layer <= Math.max(...layers.values()); layer++) {
    const members = items.filter(({ id }) => layers.get(id) === layer);
    let room = 0;
    for (const { id, width } of members) {
      const fits = width <= room;
      if (!fits) {
        row += 1;
        room = widest;
      }
      room -= width + gaps.beside;
      broken.set(id, row);
    }
  }
  return broken;
}
