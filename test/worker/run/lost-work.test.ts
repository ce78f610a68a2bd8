import { expect, test } from 'vitest';
import { createRunView } from '../../../worker/run/run-view.ts';
import { lostWork } from '../../../worker/run/lost-work.ts';
import { planOf } from '../../activities/rig.ts';

const at = '2026-01-01T00:00:00.000Z';

test('hours are counted by class, in GPUs where a cell has some and in cores where it has none', () => {
  const { cellList } = planOf(`
study: lost
steps:
  plain: { use: no-op, resources: { cpu: 2 } }
  large: { use: no-op, with: { bytes: 1 }, resources: { gpu: 4 } }
`);
  const view = createRunView(cellList.length);
  view.apply([
    { event: 'cell-attempt-failed', at, cell: 0, class: 'preempted', message: 'gone', lost: 10 },
    { event: 'cell-attempt-failed', at, cell: 1, class: 'preempted', message: 'gone', lost: 100 },
    { event: 'cell-attempt-failed', at, cell: 1, class: 'preempted', message: 'gone' },
    { event: 'cell-ended', at, cell: 1, state: 'failed', class: 'diverged', lost: 7 },
  ]);
  expect(lostWork(cellList, view)).toEqual([
    { class: 'diverged', attempts: 1, cells: 1, cpuSeconds: 0, gpuSeconds: 28 },
    { class: 'preempted', attempts: 3, cells: 2, cpuSeconds: 20, gpuSeconds: 400 },
  ]);
});
