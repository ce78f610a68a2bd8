/** A disk that fills up or breaks at any write of a cell: nothing half-visible, no attempt lost, and on with it when there is room. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/common';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { engineActivity } from '../../activities/engine-activity.ts';
import { createPlanReader } from '../../activities/plan-reader.ts';
import { runCells } from '../../activities/run-cells.ts';
import type { RunCellsInput } from '../../schemas/engine.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import type { Store } from '../../store/store.ts';
import { type Fault, faultyStore } from '../store/faulty-store.ts';
import { attempt, dependencies, newRun, planOf } from './rig.ts';

const study = `
study: chain
axes: { i: { count: 2 } }
steps:
  part: { use: no-op, over: [i], with: { bytes: "\${i + 5}" } }
  join: { use: no-op, over: [], in: { parts: part } }
`;
const plan = planOf(study);

// A lease that could not be given back runs out, which nobody here waits for.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Takes every cell to its end, however often that takes; what was said on the way. */
async function toTheEnd(store: Store, run: string, exclusive: boolean): Promise<string[]> {
  const said: string[] = [];
  for (const cell of plan.cellList) {
    for (;;) {
      const result = await attempt(dependencies(store, { exclusive }), run, cell).catch((error: Error) => error);
      if (result instanceof Error) said.push(`activity: ${result.message}`);
      else if ('retry' in result) {
        if (result.failure !== undefined) said.push(result.failure.class);
        vi.advanceTimersByTime(result.retry * 1000);
      } else {
        expect(result.ended.state).toMatch(/^(done|cached)$/);
        break;
      }
      expect(said.length).toBeLessThan(50);
    }
  }
  return said;
}

async function digests(store: Store): Promise<unknown[]> {
  const records = await Promise.all(plan.cellList.map(cell => store.record(cell.key)));
  return records.map(record => record?.outputs);
}

async function undisturbed(exclusive: boolean) {
  const inner = createMemoryStore();
  const { run } = await newRun(inner, plan);
  const faulty = faultyStore(inner, () => undefined);
  expect(await toTheEnd(faulty.store, run, exclusive)).toEqual([]);
  return { writes: faulty.writes(), outputs: await digests(inner) };
}

const cases = (['light', 'heavy'] as const).flatMap(weight =>
  (['before', 'after'] as const).flatMap(when =>
    (['ENOSPC', 'EIO'] as const).map(code => [weight, code, when] as const),
  ),
);

test.each(cases)(
  'a %s cell survives %s %s any of its writes, and gives the same results',
  async (weight, code, when) => {
    const exclusive = weight === 'heavy';
    const { writes, outputs } = await undisturbed(exclusive);
    expect(writes).toBeGreaterThan(exclusive ? 12 : 6);
    for (let first = 1; first <= writes; first += 1) {
      for (const length of [1, 3]) {
        const inner = createMemoryStore();
        const { run } = await newRun(inner, plan);
        const fault: Fault = { code, when };
        const { store } = faultyStore(inner, write => (write >= first && write < first + length ? fault : undefined));
        const said = await toTheEnd(store, run, exclusive);
        expect(await digests(inner)).toEqual(outputs);
        if (code === 'ENOSPC') expect(new Set(said)).toEqual(new Set(said.map(() => 'quota')));
        for (const { key } of plan.cellList) {
          // Nobody is kept out for longer than a lease.
          vi.advanceTimersByTime(20_001);
          expect(await inner.acquireLease(key, { host: 'h', pid: 1, purpose: 'p' }, 1)).toMatchObject({ held: true });
        }
      }
    }
  },
);

const nothing = () => undefined;
const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

test.each([
  ['ENOSPC', 'is waited for, however long it takes'],
  ['EIO', 'is given up after a while'],
] as const)('a log that cannot be written for %s %s', async (code, way) => {
  const inner = createMemoryStore();
  const reference = await newRun(inner, plan);
  const { store } = faultyStore(inner, (_, method) =>
    method === 'appendEvents' ? { code, when: 'before' } : undefined,
  );
  const runner = dependencies(store);
  const plans = createPlanReader(inner);
  const work = engineActivity((input: RunCellsInput, tell) =>
    runCells({ runners: { light: runner, heavy: runner }, plans, tell, stopping: new AbortController().signal }, input),
  );
  const environment = new MockActivityEnvironment({ attempt: 1000 }, { logger: silent });
  const failure: unknown = await environment
    .run(() => work({ ...reference, branch: 0, cells: [0] }))
    .catch((error: unknown) => error);
  expect(failure instanceof ApplicationFailure && failure.nonRetryable === true).toBe(way.startsWith('is given up'));
  expect(await inner.haveRecords([plan.cellList[0]!.key])).toEqual([true]);
});
