import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { PlanCell } from '../../schemas/plan.ts';
import { type DrawnPlan, drawnPlans } from './recovery-model/drawn-plan.ts';
import { type Recovery, recover } from './recovery-model/recovery.ts';
import { type Expected, expectedEnds, explainedEnds } from './recovery-model/reference.ts';

const cases = 10_000;

// Leases are kept by timers and end by the clock; both stand still until a schedule moves them.
beforeAll(
  () =>
    void vi.useFakeTimers({ toFake: ['Date', 'performance', 'setInterval', 'clearInterval'], now: 1_800_000_000_000 }),
);
afterAll(() => void vi.useRealTimers());

const schedules = fc.array(fc.nat(2 ** 16 - 1), { maxLength: 80, size: 'max' });

test('whoever dies, sleeps or answers twice at whichever step, every run ends as its plan says', async () => {
  const seen = { executions: 0, deaths: 0, lost: 0, afterPublication: 0 };
  await fc.assert(
    fc.asyncProperty(drawnPlans, schedules, fc.integer({ min: 1, max: 2 }), async (plan, schedule, runs) => {
      const recovery = await recover(plan, schedule, runs);
      const ends = expectedEnds(plan);
      for (const { run, frontier } of recovery.runs) await expectEnds(plan, ends, recovery, { run, frontier });
      expect(recovery.contradictions).toEqual([]);
      expectSoundExecutions(recovery, ends);
      seen.executions += recovery.executions.length;
      seen.deaths += recovery.deaths;
      seen.lost += recovery.executions.filter(({ cell, holder }) => cell.weight === 'heavy' && !holder).length;
      seen.afterPublication += recovery.executions.filter(({ published }) => published !== 'no').length;
    }),
    { numRuns: cases },
  );
  // The schedules must really have disturbed: deaths, leases lost in sleep, light work that was done by two.
  expect(seen.executions).toBeGreaterThan(cases);
  expect(seen.deaths).toBeGreaterThan(cases);
  expect(seen.lost).toBeGreaterThan(0);
  expect(seen.afterPublication).toBeGreaterThan(0);
}, 300_000);

async function expectEnds(
  plan: DrawnPlan,
  ends: readonly Expected[],
  { store }: Recovery,
  { run, frontier }: Recovery['runs'][number],
) {
  const outcomes = plan.cells.map(({ index }) => frontier.outcome(index)!);
  const states = outcomes.map(({ state }) => state);
  for (const [index, expected] of ends.entries()) {
    const cell = plan.cells[index]!;
    const state = states[index]!;
    if (expected.end === 'not run') expect(explainedEnds(cell, ends, states)).toContain(state);
    else expect([index, state]).toEqual([index, expected.end === 'called off' ? 'cancelled' : expected.end]);
    if (expected.end === 'done') expect(await textOf(store, run, cell)).toBe(expected.text);
  }
}

async function textOf(store: Recovery['store'], run: string, { key, use }: PlanCell): Promise<string> {
  const output = (await store.record(key, run))?.outputs[use === 'gate' ? 'verdict' : 'out'];
  return Buffer.from(await store.get(output!.digest)).toString();
}

/**
 * Nothing runs without an input that is there to be had. Heavy work is begun by who holds the lease, and never after
 * its record was published, but for what a worker that slept through its lease does when it wakes.
 */
function expectSoundExecutions({ executions }: Recovery, ends: readonly Expected[]) {
  for (const { cell, arrived, published, holder, overslept } of executions) {
    for (const [port, keys] of arrived) {
      const live = cell.inputs[port]!.parts.filter(part => ends[part.cell]!.end === 'done').map(part => part.key);
      expect(keys).toEqual(live);
    }
    if (cell.weight !== 'heavy') continue;
    if (!holder) expect(overslept).toBe(true);
    else expect(published).not.toBe('in time');
  }
}
