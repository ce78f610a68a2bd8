/**
 * Boxes of a directed graph laid out in layers from top to bottom, after Sugiyama, Tagawa & Toda (1981): longest-path
 * layers, narrow stand-ins where an edge passes a layer, barycentre ordering, and then the places in each layer that
 * are nearest to the neighbours' middle.
 */
import {
  type Box,
  type LayerNode,
  type LayoutEdge,
  type LayoutItem,
  type Link,
  type Point,
  gaps,
} from './layout-graph.ts';
import { assignLayers } from './layers.ts';
import { orderLayers } from './layer-order.ts';
import { placeInLayers } from './layer-places.ts';

export interface Layout {
  readonly boxes: ReadonlyMap<string, Box>;
  /** One for each edge, in their order: from the middle below a box to the middle above another, around the others. */
  readonly routes: readonly (readonly Point[])[];
  readonly width: number;
  readonly height: number;
}

/** Layers wider than `widest` are broken into several; edges must form no cycle. */
export function layeredLayout(items: readonly LayoutItem[], edges: readonly LayoutEdge[], widest: number): Layout {
  if (items.length === 0) return { boxes: new Map(), routes: [], width: 0, height: 0 };
  const layers = assignLayers(items, edges, widest);
  const { rows, links, paths } = withPassing(items, edges, layers);
  const ordered = orderLayers(rows, links);
  const { centers, width } = placeInLayers(ordered, links);
  const bands = layerBands(ordered);
  const placed = new Map(
    ordered.flatMap((nodes, row) =>
      nodes.map(node => [node.id, placedNode(node, centers.get(node.id) ?? 0, bandAt(bands, row))]),
    ),
  );
  const routes = paths.map(path => routeThrough(path.flatMap(id => placed.get(id) ?? [])));
  const own = new Set(items.map(({ id }) => id));
  const last = bandAt(bands, -1);
  return {
    boxes: new Map([...placed].flatMap(([id, { box }]) => (own.has(id) ? [[id, box]] : []))),
    routes,
    width,
    height: last.y + last.height,
  };
}

/** Layers with a stand-in wherever an edge passes one, and for each edge the nodes on its way. */
function withPassing(
  items: readonly LayoutItem[],
  edges: readonly LayoutEdge[],
  layers: ReadonlyMap<string, number>,
): { rows: LayerNode[][]; links: Link[]; paths: string[][] } {
  const nodes = new Map<string, LayerNode>(items.map(item => [item.id, { ...item, isPassing: false }]));
  const rows: LayerNode[][] = Array.from({ length: Math.max(...layers.values()) + 1 }, () => []);
  for (const node of nodes.values()) rows[layers.get(node.id) ?? 0]?.push(node);
  const links = new Map<string, Link>();
  const paths = edges.map(edge => {
    const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
    if (from === undefined || to === undefined)
      throw new Error(`internal: an edge ${edge.from} → ${edge.to} of no box`);
    const path: LayerNode[] = [from];
    for (let row = (layers.get(edge.from) ?? 0) + 1; row < (layers.get(edge.to) ?? 0); row++) {
      // Edges from one box share their way down, as branches share a trunk.
      const id = `${edge.from}→${edge.bundle ?? ''}/${row}`;
      const passing = nodes.get(id) ?? { id, width: gaps.passing, height: 0, isPassing: true };
      if (!nodes.has(id)) rows[row]?.push(passing);
      nodes.set(id, passing);
      path.push(passing);
    }
    path.push(to);
    for (const [place, node] of path.slice(1).entries()) {
      const above = path[place] ?? from;
      links.set(`${above.id}\n${node.id}`, { from: above, to: node });
    }
    return path.map(node => node.id);
  });
  return { rows, links: [...links.values()], paths };
}

/** Where a layer begins, and how tall it is. */
interface Band {
  readonly y: number;
  readonly height: number;
}

function layerBands(rows: readonly (readonly LayerNode[])[]): Band[] {
  let y = 0;
  return rows.map(nodes => {
    const band = { y, height: Math.max(0, ...nodes.map(({ height }) => height)) };
    y += band.height + gaps.below;
    return band;
  });
}

function bandAt(bands: readonly Band[], row: number): Band {
  const band = bands.at(row);
  if (band === undefined) throw new Error(`internal: no layer ${row}`);
  return band;
}

interface PlacedNode {
  readonly box: Box;
  readonly band: Band;
}

/** Boxes hang from the top of their layer. */
function placedNode({ width, height }: LayerNode, center: number, band: Band): PlacedNode {
  return { box: { x: center - width / 2, y: band.y, width, height }, band };
}

/** Down to the end of the first box's layer, through those it passes, into the last box: sideways only between layers. */
function routeThrough(nodes: readonly PlacedNode[]): Point[] {
  return nodes.flatMap(({ box, band }, index) => {
    const x = box.x + box.width / 2;
    const [top, bottom] = [
      { x, y: band.y },
      { x, y: band.y + band.height },
    ];
    if (index === 0) return [{ x, y: box.y + box.height }, bottom];
    return index === nodes.length - 1 ? [top] : [top, bottom];
  });
}
