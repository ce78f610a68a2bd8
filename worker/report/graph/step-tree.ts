/** The steps of a study as a tree: steps of one graph of the language stand together in its box. */

/** Steps by full name, `retrain.em`. */
export interface NamedStep {
  readonly step: string;
}

export type TreeNode<Step extends NamedStep> = StepLeaf<Step> | StepGroup<Step>;

interface StepLeaf<Step extends NamedStep> {
  readonly kind: 'step';
  readonly id: string;
  /** Its name within the box it stands in. */
  readonly label: string;
  readonly step: Step;
}

interface StepGroup<Step extends NamedStep> {
  readonly kind: 'group';
  readonly id: string;
  readonly label: string;
  readonly members: readonly TreeNode<Step>[];
}

export interface StepEdge {
  readonly from: string;
  readonly to: string;
}

/** Groups by the parts of names before dots; a group of one step is that step. */
export function stepTree<Step extends NamedStep>(steps: readonly Step[], prefix = ''): TreeNode<Step>[] {
  const byName = new Map<string, Step[]>();
  for (const step of steps) {
    const [first = ''] = step.step.slice(prefix.length).split('.');
    byName.set(first, [...(byName.get(first) ?? []), step]);
  }
  return [...byName].map(([name, members]): TreeNode<Step> => {
    const [only] = members;
    if (only !== undefined && members.length === 1)
      return { kind: 'step', id: only.step, label: only.step.slice(prefix.length), step: only };
    const inner = stepTree(members, `${prefix}${name}.`);
    return { kind: 'group', id: `${prefix}${name}.`, label: name, members: inner };
  });
}

/**
 * The same nodes, with every group opened that a cycle of boxes goes through: a step outside may read from a graph and
 * feed it too, and then no box of that graph can stand above or below it.
 */
export function withoutCycles<Step extends NamedStep>(
  nodes: readonly TreeNode<Step>[],
  edges: readonly StepEdge[],
): readonly TreeNode<Step>[] {
  const cyclic = inCycles(nodes, edges);
  if (!nodes.some(node => node.kind === 'group' && cyclic.has(node.id))) return nodes;
  const opened = nodes.flatMap(node =>
    node.kind === 'group' && cyclic.has(node.id)
      ? node.members.map((member): TreeNode<Step> => ({ ...member, label: `${node.label}.${member.label}` }))
      : [node],
  );
  return withoutCycles(opened, edges);
}

/** Edges between steps as edges between the nodes that hold them; those within one node are its own affair. */
export function edgesBetween<Step extends NamedStep>(
  nodes: readonly TreeNode<Step>[],
  edges: readonly StepEdge[],
): StepEdge[] {
  const holder = new Map(nodes.flatMap(node => stepsIn(node).map(({ step }) => [step, node.id])));
  const between = new Map<string, StepEdge>();
  for (const edge of edges) {
    const [from, to] = [holder.get(edge.from), holder.get(edge.to)];
    if (from !== undefined && to !== undefined && from !== to) between.set(`${from}\n${to}`, { from, to });
  }
  return [...between.values()];
}

/** All steps of a node. */
function stepsIn<Step extends NamedStep>(node: TreeNode<Step>): readonly Step[] {
  return node.kind === 'step' ? [node.step] : node.members.flatMap(stepsIn);
}

/** Nodes from which a path leads back to themselves. */
function inCycles<Step extends NamedStep>(nodes: readonly TreeNode<Step>[], edges: readonly StepEdge[]): Set<string> {
  const reachable = reachability(edgesBetween(nodes, edges));
  return new Set(nodes.map(({ id }) => id).filter(id => reachable.get(id)?.has(id) === true));
}

/** For each node all that can be reached from it by at least one edge. */
function reachability(edges: readonly StepEdge[]): ReadonlyMap<string, ReadonlySet<string>> {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  return new Map(
    [...next.keys()].map(start => {
      const reached = new Set<string>();
      const open = [...(next.get(start) ?? [])];
      for (let id = open.pop(); id !== undefined; id = open.pop()) {
        if (reached.has(id)) continue;
        reached.add(id);
        open.push(...(next.get(id) ?? []));
      }
      return [start, reached];
    }),
  );
}

/** The edges that no longer path implies. */
export function reducedEdges(edges: readonly StepEdge[]): StepEdge[] {
  const reachable = reachability(edges);
  return edges.filter(
    edge =>
      !edges.some(other => other.from === edge.from && other.to !== edge.to && reachable.get(other.to)?.has(edge.to)),
  );
}
