/**
 * The trunk: cells that too many others need for all of them to share a branch (the world, the base model). They run on
 * their own, and what grows from them is cut as if they were there already. Without that, a chain of stages would fall
 * apart, since each of its stages needs the world too and so hangs from the world alone.
 */
import { type DominatorTree, dominatorTree } from './dominator-tree.ts';

export type Needs = readonly (readonly number[])[];

export interface Trunk {
  readonly isTrunk: readonly boolean[];
  /** How many trunk cells follow each other on the way to a cell: all cells of a branch have the same level. */
  readonly levels: Int32Array;
  /** Needs inside a level: what comes from the trunk or from a lower level is there before the level begins. */
  readonly needs: Needs;
  /** Dominators inside the levels. */
  readonly tree: DominatorTree;
}

/** Finding the trunk may lay open more of it; what is left after as many rounds is cut all the same, into smaller branches. */
const mostRounds = 16;

/** The trunk, for branches of at most `bound` cells. */
export function findTrunk(needs: Needs, bound: number): Trunk {
  const isTrunk = consumerCounts(needs).map(count => count > bound);
  let trunk = withTrunk(needs, isTrunk);
  for (let round = 1; round < mostRounds; round++) {
    const oversized = branchingCells(trunk.tree, bound);
    if (oversized.length === 0) break;
    for (const cell of oversized) isTrunk[cell] = true;
    trunk = withTrunk(needs, isTrunk);
  }
  return trunk;
}

function withTrunk(needs: Needs, isTrunk: readonly boolean[]): Trunk {
  const levels = new Int32Array(needs.length);
  const inside = needs.map((needed, cell) => {
    let level = 0;
    for (const other of needed) level = Math.max(level, (levels[other] ?? 0) + (isTrunk[other] === true ? 1 : 0));
    levels[cell] = level;
    return isTrunk[cell] === true ? [] : needed.filter(other => isTrunk[other] !== true && levels[other] === level);
  });
  return { isTrunk: [...isTrunk], levels, needs: inside, tree: dominatorTree(inside) };
}

function consumerCounts(needs: Needs): number[] {
  const counts = needs.map(() => 0);
  for (const needed of needs) for (const other of needed) counts[other] = (counts[other] ?? 0) + 1;
  return counts;
}

/** Cells that dominate more than a branch holds, in more than one direction; a mere chain is cut anywhere. */
function branchingCells({ size, children }: DominatorTree, bound: number): number[] {
  return [...size.keys()].filter(cell => (size[cell] ?? 0) > bound && (children[cell]?.length ?? 0) > 1);
}
