import { expect, test } from 'vitest';
import { createMemoryStore } from '../../../store/memory-store.ts';
import type { Store } from '../../../store/store.ts';
import { writeReport } from '../../../worker/run/write-report.ts';
import { attemptAll, dependencies, newRun, planOf } from '../../activities/rig.ts';

test('a report finds records under the keys it asked for, whatever key they name themselves', async () => {
  const plan = planOf('study: keyed\nsteps: { only: { use: no-op } }\n');
  const store = createMemoryStore();
  const { run } = await newRun(store, plan);
  await attemptAll(dependencies(store), run, plan);
  await store.appendEvents(run, [{ event: 'cells-cached', at: '2026-01-01T00:00:00.000Z', ranges: [[0, 0]] }]);
  const record = (await store.run(run))!;
  const renamed: Store = {
    ...store,
    record: async (key, of) => {
      const found = await store.record(key, of);
      return found === undefined ? undefined : { ...found, key: found.content_key, seconds: 7 };
    },
  };
  const { model } = await writeReport(renamed, record);
  expect(model.ran).toMatchObject([{ step: 'only', saved: 7 }]);
});
