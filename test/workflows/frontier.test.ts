import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FrontierNode, type Outcome, createFrontier } from '../../workflows/frontier.ts';

const node = (id: number, ...inputs: number[]): FrontierNode => ({
  id,
  needs: inputs.map(of => ({ of: [of], quorum: 1 })),
  guards: [],
});
const done: Outcome = { state: 'done' };
const failed: Outcome = { state: 'failed' };

test('nodes become ready as their inputs end, lowest first, and are handed out once', () => {
  const frontier = createFrontier();
  for (const each of [node(2, 0, 1), node(1), node(0)]) frontier.add(each);
  expect(frontier.ready(1)).toEqual([0]);
  expect(frontier.ready()).toEqual([1]);
  expect(frontier.ready()).toEqual([]);
  frontier.finished(1, done);
  expect(frontier.ready()).toEqual([]);
  frontier.finished(0, done);
  expect(frontier.ready()).toEqual([2]);
  expect(frontier.more()).toBe(true);
  frontier.finished(2, done);
  expect(frontier.more()).toBe(false);
});

test('a failure blocks its descendants only', () => {
  const frontier = createFrontier();
  for (const each of [node(0), node(1, 0), node(2, 1), node(3, 0), node(4)]) frontier.add(each);
  frontier.finished(0, done);
  expect(frontier.finished(1, failed)).toEqual([{ id: 2, state: 'blocked', because: 1 }]);
  expect(frontier.ready()).toEqual([3, 4]);
});

test('what needs a cancelled node is cancelled, unless something failed as well', () => {
  const frontier = createFrontier();
  for (const each of [node(0), node(1), node(2, 0), node(3, 0, 1)]) frontier.add(each);
  frontier.finished(1, failed);
  expect(frontier.finished(0, { state: 'cancelled' })).toEqual([{ id: 2, state: 'cancelled', because: 0 }]);
});

test('a fan-in runs when its quorum is there and every part has ended, and is blocked as soon as it cannot be', () => {
  const fanIn = (quorum: number) => {
    const frontier = createFrontier();
    for (const id of [0, 1, 2]) frontier.add(node(id));
    frontier.add({ id: 9, needs: [{ of: [0, 1, 2], quorum }], guards: [] });
    frontier.ready();
    return frontier;
  };
  const enough = fanIn(2);
  enough.finished(0, done);
  enough.finished(1, done);
  expect(enough.ready()).toEqual([]);
  expect(enough.finished(2, failed)).toEqual([]);
  expect(enough.ready()).toEqual([9]);
  const short = fanIn(3);
  expect(short.finished(1, failed)).toEqual([{ id: 9, state: 'blocked', because: 1 }]);
  const none = fanIn(0);
  for (const id of [0, 1, 2]) none.finished(id, failed);
  expect(none.ready()).toEqual([9]);
});

describe('a gate', () => {
  const guardedBy = (gate: number): FrontierNode => ({
    id: 5,
    needs: [{ of: [1], quorum: 1 }],
    guards: [{ gate, verdicts: ['pass'] }],
  });

  test('skips what it guards and what needs that, on a listed verdict', () => {
    const frontier = createFrontier();
    for (const each of [node(0), node(1), guardedBy(0), node(6, 5)]) frontier.add(each);
    frontier.finished(1, done);
    expect(frontier.ready()).toEqual([0]);
    expect(frontier.finished(0, { state: 'done', verdict: 'pass' })).toEqual([
      { id: 5, state: 'skipped', because: 0 },
      { id: 6, state: 'skipped', because: 5 },
    ]);
    expect(frontier.more()).toBe(false);
    frontier.finished(0, done);
    expect(frontier.outcome(0)).toEqual({ state: 'done', verdict: 'pass' });
  });

  test.each<[string, Outcome]>([
    ['another verdict', { state: 'done', verdict: 'fail' }],
    ['its own failure', failed],
  ])('lets run what it guards after %s', (_, outcome) => {
    const frontier = createFrontier();
    for (const each of [node(0), node(1), guardedBy(0)]) frontier.add(each);
    frontier.ready();
    frontier.finished(1, done);
    frontier.finished(0, outcome);
    expect(frontier.ready()).toEqual([5]);
  });

  test('that ended before a node is added decides at once', () => {
    const frontier = createFrontier();
    frontier.finished(0, { state: 'done', verdict: 'pass' });
    expect(frontier.add(guardedBy(0))).toEqual([{ id: 5, state: 'skipped', because: 0 }]);
    expect(frontier.more()).toBe(false);
  });
});

/** A random graph whose edges go from lower to higher ids, with quorums, gates and failures. */
const scenarios = fc.record({
  nodes: fc.array(
    fc.record({
      inputs: fc.array(fc.nat(), { maxLength: 4 }),
      quorum: fc.nat(4),
      gate: fc.option(fc.nat(), { freq: 4 }),
    }),
    { minLength: 1, maxLength: 25 },
  ),
  fates: fc.array(fc.constantFrom<Outcome>(done, done, done, failed, { state: 'done', verdict: 'pass' }), {
    minLength: 25,
    maxLength: 25,
  }),
  order: fc.infiniteStream(fc.nat()),
});

/** What must come out, by definition and in topological order: the oracle has no queue and no counters. */
function oracle(nodes: FrontierNode[], fates: Outcome[]): Map<number, string> {
  const outcomes = new Map<number, Outcome>();
  for (const each of nodes) {
    const skips = each.guards.some(({ gate, verdicts }) => {
      const outcome = outcomes.get(gate);
      return outcome?.state === 'done' && outcome.verdict !== undefined && verdicts.includes(outcome.verdict);
    });
    const short = each.needs.filter(
      ({ of, quorum }) => of.filter(id => outcomes.get(id)?.state === 'done').length < quorum,
    );
    if (skips) outcomes.set(each.id, { state: 'skipped' });
    else if (short.length > 0) outcomes.set(each.id, { state: 'blocked' });
    else outcomes.set(each.id, fates[each.id]!);
  }
  return new Map(
    [...outcomes].map(([id, { state }]) => [id, state === 'skipped' || state === 'blocked' ? 'not run' : state]),
  );
}

test('in any order of adding and ending, a node runs exactly when its inputs and gates allow it', () => {
  fc.assert(
    fc.property(scenarios, ({ nodes: drawn, fates, order }) => {
      const nodes = drawn.map(({ inputs, quorum, gate }, id): FrontierNode => {
        const of = [...new Set(id === 0 ? [] : inputs.map(input => input % id))];
        return {
          id,
          needs: of.length === 0 ? [] : [{ of, quorum: Math.min(quorum, of.length) }],
          guards: gate === null || id === 0 ? [] : [{ gate: gate % id, verdicts: ['pass'] }],
        };
      });
      const frontier = createFrontier();
      for (const each of [...nodes].sort(() => order.next().value! - order.next().value!)) frontier.add(each);
      const running: number[] = [];
      const ran = new Set<number>();
      while (frontier.more()) {
        for (const id of frontier.ready(1 + (order.next().value! % 3))) {
          expect(ran.has(id)).toBe(false);
          ran.add(id);
          running.push(id);
        }
        expect(running.length).toBeGreaterThan(0);
        const [id] = running.splice(order.next().value! % running.length, 1);
        frontier.finished(id!, fates[id!]!);
      }
      const expected = oracle(nodes, fates);
      for (const each of nodes) {
        const state = frontier.outcome(each.id)!.state;
        expect([each.id, state === 'skipped' || state === 'blocked' ? 'not run' : state]).toEqual([
          each.id,
          expected.get(each.id),
        ]);
      }
    }),
    { numRuns: 2000 },
  );
});
