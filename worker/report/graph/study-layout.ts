/** Places for a study's steps: graphs of the language as boxes within boxes, each laid out in layers. */
import type { Box, LayoutEdge, Point } from './layout-graph.ts';
import { layeredLayout } from './layered-layout.ts';
import { mergeGates } from './merge-gates.ts';
import { type NodeText, nodeText } from './node-text.ts';
import { type TreeNode, edgesBetween, reducedEdges, stepTree, withoutCycles } from './step-tree.ts';
import type { GraphStep, StudyGraph } from './study-graph.ts';

export interface StudyLayout {
  readonly steps: readonly PlacedStep[];
  /** Boxes of graphs, outer ones first. */
  readonly groups: readonly PlacedGroup[];
  readonly routes: readonly PlacedRoute[];
  readonly width: number;
  readonly height: number;
}

export interface PlacedStep {
  readonly step: GraphStep;
  readonly text: NodeText;
  readonly box: Box;
}

export interface PlacedGroup {
  readonly label: string;
  readonly box: Box;
}

export interface PlacedRoute {
  readonly from: string;
  readonly to: string;
  readonly kind: 'data' | 'gate';
  readonly points: readonly Point[];
}

/** Room around what a graph holds; its name stands above. */
const margin = { side: 14, top: 30, bottom: 14 } as const;

/** Wider layers are broken: a page is about this wide. */
const widestLayer = 900;

export function layoutStudy(study: StudyGraph): StudyLayout {
  const graph = mergeGates(study);
  const isGate = ({ use }: GraphStep) => use === 'gate';
  // Gates stand among the steps that they decide on, not together.
  const gates = graph.steps.filter(isGate).map((step): TreeNode<GraphStep> => {
    return { kind: 'step', id: step.step, label: step.step.replace(/^gates\./, ''), step };
  });
  return layoutNodes([...stepTree(graph.steps.filter(step => !isGate(step))), ...gates], graph, widestLayer);
}

function layoutNodes(tree: readonly TreeNode<GraphStep>[], graph: StudyGraph, widest: number): StudyLayout {
  const nodes = withoutCycles(tree, graph.edges);
  const inner = new Map(nodes.map(node => [node.id, innerLayout(node, graph, widest)]));
  const items = nodes.map(({ id }) => {
    const { width = 0, height = 0 } = inner.get(id) ?? {};
    return { id, width, height };
  });
  const edges = drawnEdges(nodes, graph);
  const { boxes, routes, width, height } = layeredLayout(items, edges, widest);
  const moved = nodes.map(node => {
    const { x = 0, y = 0 } = boxes.get(node.id) ?? {};
    const layout = inner.get(node.id);
    if (layout === undefined) throw new Error(`internal: no layout of ${node.id}`);
    return movedBy(layout, { x, y });
  });
  const own = edges.map(({ from, to, kind }, index): PlacedRoute => ({ from, to, kind, points: routes[index] ?? [] }));
  return {
    steps: moved.flatMap(({ steps }) => steps),
    groups: moved.flatMap(({ groups }) => groups),
    routes: [...own, ...moved.flatMap(layout => layout.routes)],
    width,
    height,
  };
}

/** A step by itself, or a graph with its box around what it holds. */
function innerLayout(node: TreeNode<GraphStep>, graph: StudyGraph, widest: number): StudyLayout {
  if (node.kind === 'step') {
    const text = nodeText(node.step, node.label);
    const box = { x: 0, y: 0, width: text.width, height: text.height };
    return { steps: [{ step: node.step, text, box }], groups: [], routes: [], ...sizeOf(box) };
  }
  const inside = layoutNodes(node.members, graph, widest - 2 * margin.side);
  const box = {
    x: 0,
    y: 0,
    width: inside.width + 2 * margin.side,
    height: inside.height + margin.top + margin.bottom,
  };
  const content = movedBy(inside, { x: margin.side, y: margin.top });
  return { ...content, groups: [{ label: node.label, box }, ...content.groups], ...sizeOf(box) };
}

function sizeOf({ width, height }: Box) {
  return { width, height };
}

/** Edges between these nodes, without those that longer paths of data imply. */
function drawnEdges(
  nodes: readonly TreeNode<GraphStep>[],
  { edges }: StudyGraph,
): (LayoutEdge & { readonly kind: 'data' | 'gate' })[] {
  const data = reducedEdges(
    edgesBetween(
      nodes,
      edges.filter(({ kind }) => kind === 'data'),
    ),
  );
  const known = new Set(data.map(({ from, to }) => `${from}\n${to}`));
  const gates = edgesBetween(
    nodes,
    edges.filter(({ kind }) => kind === 'gate'),
  ).filter(({ from, to }) => !known.has(`${from}\n${to}`));
  return [
    ...data.map(edge => ({ ...edge, kind: 'data' as const, bundle: 'data' })),
    ...gates.map(edge => ({ ...edge, kind: 'gate' as const, bundle: 'gate' })),
  ];
}

function movedBy(layout: StudyLayout, by: Point): StudyLayout {
  const moved = (box: Box): Box => ({ ...box, x: box.x + by.x, y: box.y + by.y });
  return {
    ...layout,
    steps: layout.steps.map(step => ({ ...step, box: moved(step.box) })),
    groups: layout.groups.map(group => ({ ...group, box: moved(group.box) })),
    routes: layout.routes.map(route => ({
      ...route,
      points: route.points.map(({ x, y }) => ({ x: x + by.x, y: y + by.y })),
    })),
  };
}
