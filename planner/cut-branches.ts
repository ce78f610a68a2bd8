/**
 * Cuts the cells into branches, each of which runs as one child workflow: subtrees of the dominator tree up to a bound,
 * packed with their siblings only where there would be too many, or where they are so light that a workflow each would
 * cost more than they do.
 *
 * Why the branches need each other in no cycle. Levels of the trunk never fall along an edge, and no edge leads from a
 * trunk cell to a cell of its level, so a cycle would lie among the other branches of one level. There, a subtree is
 * entered at its root alone; a cycle of subtrees would be a cycle of cells. Siblings that are packed have no path
 * between them, because every path between siblings climbs from one sibling level to a higher one.
 *
 * Cells that wait for a person get branches apart from cells that do not: a branch is waited for as a whole, and others
 * must not wait for days for what was there long ago. How many such cells follow each other on the way to a cell never
 * falls along an edge, so cutting by that number makes no cycle either.
 */
import { type PlanCell, type PlannedBranch, cellName } from '../schemas/plan.ts';
import type { DominatorTree } from './dominator-tree.ts';
import { cellsPerBranchBound, largestBranch, lightPack, mostBranches, smallestBranchBound } from './limits.ts';
import { type Needs, type Trunk, findTrunk } from './trunk.ts';

/** `waits`: whether a cell waits for a person before it starts. */
export function cutBranches(
  cells: readonly PlanCell[],
  waits: (cell: PlanCell) => boolean = () => false,
): PlannedBranch[] {
  const needs = cells.map(cellNeeds);
  const bound = branchBound(cells.length);
  const isLight = (cell: number) => cells[cell]?.weight === 'light';
  const groups = cells.length <= bound ? [[...cells.keys()]] : cutGroups(findTrunk(needs, bound), bound, isLight);
  const depth = waitingDepth(cells, needs, waits);
  return numberBranches(
    cells,
    needs,
    groups.flatMap(group => [...groupBy(group, cell => depth[cell] ?? 0).values()]),
  );
}

/** How many cells that wait for a person follow each other on the way to a cell, itself included. */
function waitingDepth(cells: readonly PlanCell[], needs: Needs, waits: (cell: PlanCell) => boolean): number[] {
  const depth: number[] = [];
  for (const cell of cells) {
    const before = (needs[cell.index] ?? []).map(other => depth[other] ?? 0);
    depth.push(before.reduce((most, each) => Math.max(most, each), 0) + (waits(cell) ? 1 : 0));
  }
  return depth;
}

function groupBy(cells: readonly number[], keyOf: (cell: number) => number): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const cell of cells) {
    const key = keyOf(cell);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  return groups;
}

/** Cells of a branch that stays whole, in a study of some cells. */
export function branchBound(cells: number): number {
  return Math.min(largestBranch, Math.max(smallestBranchBound, Math.ceil(cells / cellsPerBranchBound)));
}

/** Cells that a cell needs: makers of its inputs, and gates that may skip it. */
export function cellNeeds(cell: Pick<PlanCell, 'inputs' | 'guards'>): number[] {
  const parts = Object.values(cell.inputs).flatMap(input => input.parts.map(part => part.cell));
  return [...new Set([...parts, ...cell.guards.map(guard => guard.gate)])];
}

/** A set of cells that stays together. */
interface Piece {
  /** Where it hangs in the tree. */
  readonly parent: number;
  readonly root: number;
  readonly cells: readonly number[];
  /** A whole subtree may be packed with its siblings; a trunk cell, or what is left of a cut subtree, may not. */
  readonly isWhole: boolean;
}

function cutGroups(trunk: Trunk, bound: number, isLight: (cell: number) => boolean): number[][] {
  const pieces = cutTree(trunk, bound);
  const alone = pieces.filter(({ isWhole }) => !isWhole).map(({ cells }) => [...cells]);
  const [light, others] = split(siblingGroups(pieces, trunk), ({ cells }) => cells.every(isLight));
  const packed = (capacity: number) => [
    ...light.flatMap(group => packGroup(group, Math.max(capacity, lightPack))),
    ...others.flatMap(group => packGroup(group, capacity)),
  ];
  // The smallest capacity that brings the number of branches down to the most wanted.
  let [low, high] = [1, largestBranch];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (alone.length + packed(middle).length <= mostBranches) high = middle;
    else low = middle + 1;
  }
  return [...alone, ...packed(low)];
}

/** Each group in two: the pieces of one kind, and the rest. */
function split(groups: readonly Piece[][], isOfKind: (piece: Piece) => boolean): [Piece[][], Piece[][]] {
  const ofKind = groups.map(group => group.filter(isOfKind));
  const rest = groups.map(group => group.filter(piece => !isOfKind(piece)));
  return [ofKind, rest];
}

function cutTree({ tree, isTrunk }: Trunk, bound: number): Piece[] {
  const top = tree.dominator.length;
  const pieces: Piece[] = [];
  const open = (tree.children[top] ?? []).map(root => ({ root, parent: top }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { root, parent } = next;
    const isWhole = isTrunk[root] !== true && (tree.size[root] ?? 0) <= bound;
    const cells = isWhole ? subtree(tree, root) : onlyChildren(tree, root, bound);
    pieces.push({ parent, root, cells, isWhole });
    const last = cells.at(-1) ?? root;
    if (!isWhole) for (const child of tree.children[last] ?? []) open.push({ root: child, parent: last });
  }
  return pieces.sort((a, b) => a.root - b.root);
}

/** A cell that cannot keep its subtree, with its only child, the only child of that, …: they follow each other anyway. */
function onlyChildren(tree: DominatorTree, root: number, bound: number): number[] {
  const chain = [root];
  for (let last = root; chain.length < bound;) {
    const [child, ...others] = tree.children[last] ?? [];
    if (child === undefined || others.length > 0 || (tree.size[child] ?? 0) <= bound) break;
    chain.push(child);
    last = child;
  }
  return chain;
}

function subtree(tree: DominatorTree, root: number): number[] {
  const cells: number[] = [];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    cells.push(node);
    open.push(...(tree.children[node] ?? []));
  }
  return cells.sort((a, b) => a - b);
}

/** Whole pieces below one node, in groups of one level of the trunk and one level among siblings each. */
function siblingGroups(pieces: readonly Piece[], { tree, needs, levels }: Trunk): Piece[][] {
  const among = siblingLevels(tree, needs);
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) {
    if (!piece.isWhole) continue;
    const key = `${piece.parent} ${levels[piece.root] ?? 0} ${among[piece.root] ?? 0}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [piece]);
    else group.push(piece);
  }
  return [...groups.values()];
}

/**
 * For each node, how long the longest path to it is among its siblings, where a sibling stands for its whole subtree.
 * An edge into a subtree ends at its root, so the sibling it comes from is an ancestor of where it begins.
 */
function siblingLevels({ dominator, childTowards }: DominatorTree, needs: Needs): Int32Array {
  const levels = new Int32Array(dominator.length);
  for (const [node, needed] of needs.entries()) {
    const parent = dominator[node] ?? -1;
    for (const other of needed) {
      const sibling = childTowards(parent, other);
      if (sibling !== undefined) levels[node] = Math.max(levels[node] ?? 0, (levels[sibling] ?? 0) + 1);
    }
  }
  return levels;
}

/** Pieces in order, as many together as have room. */
function packGroup(pieces: readonly Piece[], capacity: number): number[][] {
  const packs: number[][] = [];
  let room = 0;
  for (const { cells } of pieces) {
    if (cells.length > room) {
      packs.push([]);
      room = Math.max(capacity, cells.length);
    }
    packs.at(-1)?.push(...cells);
    room -= cells.length;
  }
  return packs;
}

/** Numbers the branches so that each follows those it needs. */
function numberBranches(
  cells: readonly PlanCell[],
  needs: Needs,
  groups: readonly (readonly number[])[],
): PlannedBranch[] {
  const sorted = groups.map(group => group.toSorted((a, b) => a - b)).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  const branchOf = new Int32Array(cells.length);
  for (const [branch, group] of sorted.entries()) for (const cell of group) branchOf[cell] = branch;
  const needed = sorted.map((group, branch) => {
    const others = new Set(group.flatMap(cell => needs[cell] ?? []).map(cell => branchOf[cell] ?? 0));
    others.delete(branch);
    return [...others];
  });
  const order = topologicalOrder(needed);
  const rank = new Map(order.map((branch, index) => [branch, index]));
  return order.map((branch, index) => {
    const group = sorted[branch] ?? [];
    const first = cells[group[0] ?? 0];
    return {
      index,
      title: first === undefined ? '' : cellName(first.step, first.at),
      needs: (needed[branch] ?? []).map(other => rank.get(other) ?? 0).sort((a, b) => a - b),
      cells: group,
    };
  });
}

/** By the longest chain of needs, then by number. */
function topologicalOrder(needs: Needs): number[] {
  const missing = needs.map(needed => needed.length);
  const neededBy: number[][] = needs.map(() => []);
  for (const [node, needed] of needs.entries()) for (const other of needed) neededBy[other]?.push(node);
  const order: number[] = [];
  let ready = needs.flatMap((needed, node) => (needed.length === 0 ? [node] : []));
  while (ready.length > 0) {
    order.push(...ready);
    const next = ready
      .flatMap(node => neededBy[node] ?? [])
      .filter(node => (missing[node] = (missing[node] ?? 0) - 1) === 0);
    ready = next.sort((a, b) => a - b);
  }
  if (order.length < needs.length) throw new Error('internal: branches need each other in a cycle');
  return order;
}
