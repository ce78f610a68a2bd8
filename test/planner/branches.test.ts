import fc from 'fast-check';
import { expect, test } from 'vitest';
import { branchBound, cellNeeds, cutBranches } from '../../planner/cut-branches.ts';
import { dominatorTree } from '../../planner/dominator-tree.ts';
import { largestBranch, mostBranches } from '../../planner/limits.ts';
import type { PlanCell } from '../../schemas/plan.ts';
import { plan } from './rig.ts';

type Weight = (cell: number) => PlanCell['weight'];

/** Cells with nothing but what they need. */
function cellsWith(needs: readonly (readonly number[])[], weight: Weight = () => 'heavy'): PlanCell[] {
  return needs.map((needed, index) => ({
    index,
    step: `s${index}`,
    at: {},
    key: '0'.repeat(64) as PlanCell['key'],
    use: 'no-op',
    version: 1,
    weight: weight(index),
    with: {},
    seeds: {},
    keep: [],
    inputs: {
      parts: {
        gathered: true,
        axes: [],
        quorum: 0,
        parts: needed.map(cell => ({ cell, key: '0'.repeat(64) as PlanCell['key'], output: 'out', at: [] })),
      },
    },
    files: {},
    guards: [],
    resources: { cpu: 1, gpu: 0, memory: 1, time: 1 },
  }));
}

/** What must hold of branches: every cell in one, none too large, and each after those it needs. */
function checkBranches(needs: readonly (readonly number[])[], weight?: Weight) {
  const cells = cellsWith(needs, weight);
  const branches = cutBranches(cells);
  const all = branches.flatMap(branch => [...branch.cells]);
  expect([...all].sort((a, b) => a - b)).toEqual([...cells.keys()]);
  expect(branches.every(branch => branch.cells.length <= largestBranch)).toBe(true);
  const branchOf = new Map(branches.flatMap(branch => branch.cells.map(cell => [cell, branch.index])));
  for (const { index, cells: members, needs: needed } of branches) {
    const wanted = new Set(members.flatMap(cell => cellNeeds(cells[cell]!)).map(cell => branchOf.get(cell)!));
    wanted.delete(index);
    expect([...wanted].sort((a, b) => a - b)).toEqual(needed);
    expect(needed.every(other => other < index)).toBe(true);
  }
  return branches;
}

/** Random acyclic graphs: each node needs some lower ones, mostly near ones, now and then one of the first few. */
function graphsUpTo(largest: number) {
  return fc
    .record({
      nodes: fc.integer({ min: 1, max: largest }),
      draws: fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      most: fc.integer({ min: 0, max: 4 }),
      hubs: fc.double({ min: 0, max: 0.7, noNaN: true }),
    })
    .map(({ nodes, draws, most, hubs }) => {
      const draw = () => draws.next().value as number;
      return Array.from({ length: nodes }, (_, node) => {
        const pick = () =>
          draw() < hubs
            ? Math.floor(draw() * Math.min(4, node))
            : Math.max(0, node - 1 - Math.floor(draw() ** 2 * node));
        return node === 0 ? [] : [...new Set(Array.from({ length: Math.floor(draw() * (most + 1)) }, pick))];
      });
    });
}

const graphs = graphsUpTo(120);

test('branches partition any acyclic graph, stay small and never need each other in a cycle', () => {
  fc.assert(
    fc.property(
      graphs,
      fc.integer({ min: 1, max: 9 }),
      (needs, every) => void checkBranches(needs, cell => (cell % every === 0 ? 'heavy' : 'light')),
    ),
    { numRuns: 300 },
  );
});

test('a cell’s dominator is the last cell that every path to it passes', () => {
  fc.assert(
    fc.property(graphs, needs => {
      const { dominator } = dominatorTree(needs);
      // All dominators of a node: itself, and what all nodes it needs have in common.
      const all: Set<number>[] = [];
      for (const [node, needed] of needs.entries()) {
        const [first, ...others] = needed.map(other => all[other]!);
        const common = first === undefined ? [] : [...first].filter(each => others.every(set => set.has(each)));
        all.push(new Set([...common, node]));
        expect(dominator[node]).toBe(common.length === 0 ? -1 : Math.max(...common));
      }
    }),
    { numRuns: 300 },
  );
});

test('a small study is one branch', () => {
  expect(checkBranches([[], [0], [0], [1, 2]])).toHaveLength(1);
});

test('a long chain is cut into pieces that follow each other', () => {
  const branches = checkBranches(Array.from({ length: 1000 }, (_, node) => (node === 0 ? [] : [node - 1])));
  expect(branches.length).toBeLessThan(80);
  expect(branches.every(({ cells }) => cells.length <= branchBound(1000))).toBe(true);
});

test('independent heavy cells are packed only as far as keeps the branches few', () => {
  const independent = (count: number) => checkBranches(Array.from({ length: count }, () => []));
  expect(independent(200)).toHaveLength(200);
  expect(independent(1000)).toHaveLength(mostBranches);
  expect(independent(10_000)).toHaveLength(mostBranches);
});

test('independent light cells share workflows, which cost more than they do', () => {
  const independent = (count: number) =>
    checkBranches(
      Array.from({ length: count }, () => []),
      () => 'light',
    );
  expect(independent(200)).toHaveLength(1);
  expect(independent(1000)).toHaveLength(4);
  expect(independent(10_000)).toHaveLength(40);
});

test('light siblings are packed apart from heavy ones', () => {
  const needs = Array.from({ length: 300 }, () => []);
  const branches = checkBranches(needs, cell => (cell < 100 ? 'heavy' : 'light'));
  expect(branches.map(({ cells }) => cells.length).sort((a, b) => b - a)).toEqual([200, ...Array<number>(100).fill(1)]);
});

test('siblings with a path between them are never packed together', () => {
  // 400 pairs a → b below a root, where b also needs the root: a and b are siblings, on two levels.
  const needs: number[][] = [[]];
  for (let pair = 0; pair < 400; pair++) needs.push([0], [0, needs.length]);
  const branches = checkBranches(needs);
  expect(branches.length).toBeLessThanOrEqual(mostBranches + 1);
});

test('cells that share a base keep their chains whole', () => {
  // World and base, needed by every stage of 60 chains of five stages; a fan-in takes all ends.
  const needs: number[][] = [[], [0]];
  const ends: number[] = [];
  for (let chain = 0; chain < 60; chain++) {
    for (let stage = 0; stage < 5; stage++) needs.push(stage === 0 ? [0, 1] : [0, 1, needs.length - 1]);
    ends.push(needs.length - 1);
  }
  needs.push(ends);
  const branches = checkBranches(needs);
  expect(branches).toHaveLength(63);
  expect(branches.filter(({ cells }) => cells.length === 5)).toHaveLength(60);
});

test('gates count as needs', () => {
  const study = plan(`study: a
axes: { draw: { count: 30 } }
steps:
  first: { use: no-op, over: [draw] }
  second: { use: no-op, over: [draw] }
gates:
  H1: { claim: x, estimand: { from: first, column: parts, take: mean }, op: '>', value: 1, on_pass: { skip: [second] } }
`);
  const gate = study.gates[0]!.cell;
  const branchOf = (cell: number) => study.branchList.find(({ cells }) => cells.includes(cell))!;
  const second = study.cellList.find(({ step }) => step === 'second')!;
  expect(branchOf(second.index).needs).toContain(branchOf(gate).index);
});

test('100,000 cells in a chain or a fan are cut in seconds', () => {
  const start = performance.now();
  cutBranches(cellsWith(Array.from({ length: 100_000 }, (_, node) => (node === 0 ? [] : [node - 1]))));
  cutBranches(cellsWith(Array.from({ length: 100_000 }, (_, node) => (node === 0 ? [] : [0]))));
  expect(performance.now() - start).toBeLessThan(10_000);
});
