/** Where each node of a layer stands: as near to the middle of its neighbours as the others allow, never on another. */
import { type LayerNode, type Link, gaps } from './layout-graph.ts';
import { neighbourMaps } from './layer-order.ts';

const rounds = 12;

/** Middles by id, from a left end at 0, and the width of all. */
export function placeInLayers(
  rows: readonly (readonly LayerNode[])[],
  links: readonly Link[],
): { readonly centers: ReadonlyMap<string, number>; readonly width: number } {
  const { above, below } = neighbourMaps(links);
  const centers = new Map<string, number>();
  for (const nodes of rows) {
    const places = apart(
      nodes,
      nodes.map(() => 0),
    );
    for (const [index, node] of nodes.entries()) centers.set(node.id, places[index] ?? 0);
  }
  for (let round = 0; round < rounds; round++) {
    // The last round looks both ways, so that a chain does not lean to where the sweep came from.
    const isLast = round === rounds - 1;
    const indices = round % 2 === 0 ? [...rows.keys()] : [...rows.keys()].reverse();
    for (const index of indices) {
      const nodes = rows[index] ?? [];
      const wanted = nodes.map(({ id }) => {
        const [up, down] = [above.get(id) ?? [], below.get(id) ?? []];
        const first = round % 2 === 0 ? up : down;
        const neighbours = isLast || first.length === 0 ? [...up, ...down] : first;
        return meanOf(neighbours.map(other => centers.get(other) ?? 0)) ?? centers.get(id) ?? 0;
      });
      const places = apart(nodes, wanted);
      for (const [place, node] of nodes.entries()) centers.set(node.id, places[place] ?? 0);
    }
  }
  return fromZero(rows, centers);
}

/**
 * The places nearest to those wanted (least squares) that keep the order and the gaps: isotonic regression of what is
 * left when the gaps are taken out, by pooling adjacent violators.
 */
export function apart(nodes: readonly LayerNode[], wanted: readonly number[]): number[] {
  const shifts: number[] = [];
  for (const [index, node] of nodes.entries()) {
    const before = nodes[index - 1];
    const step = before === undefined ? 0 : before.width / 2 + gapBetween(before, node) + node.width / 2;
    shifts.push((shifts[index - 1] ?? 0) + step);
  }
  const pools: { sum: number; count: number }[] = [];
  for (const [index, want] of wanted.entries()) {
    pools.push({ sum: want - (shifts[index] ?? 0), count: 1 });
    for (let last = pools.at(-1), before = pools.at(-2); last && before; last = pools.at(-1), before = pools.at(-2)) {
      if (before.sum / before.count <= last.sum / last.count) break;
      pools.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count });
    }
  }
  const levels = pools.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  return levels.map((level, index) => level + (shifts[index] ?? 0));
}

/** Edges may run closer to each other than boxes. */
function gapBetween(a: LayerNode, b: LayerNode): number {
  return a.isPassing && b.isPassing ? gaps.beside / 4 : a.isPassing || b.isPassing ? gaps.beside / 2 : gaps.beside;
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function fromZero(rows: readonly (readonly LayerNode[])[], centers: ReadonlyMap<string, number>) {
  const nodes = rows.flat();
  const left = Math.min(...nodes.map(({ id, width }) => (centers.get(id) ?? 0) - width / 2));
  const right = Math.max(...nodes.map(({ id, width }) => (centers.get(id) ?? 0) + width / 2));
  return { centers: new Map([...centers].map(([id, center]) => [id, center - left])), width: right - left };
}
