import { expect, test } from 'vitest';
import { alikeFailures } from '../../../worker/run/alike-failures.ts';
import { createRunView } from '../../../worker/run/run-view.ts';
import { planOf } from '../../activities/rig.ts';

const at = '2026-01-01T00:00:00.000Z';

test('cells of one step that failed of the same class with the same words are one group, in plan order', () => {
  const { cellList: cells } = planOf(`
study: alike
axes: { i: { count: 3 } }
steps:
  one: { use: no-op, over: [i] }
  two: { use: no-op, over: [i], with: { bytes: 1 } }
`);
  const view = createRunView(cells.length);
  const words = ['a', 'b', 'a', 'a', 'a', 'a'];
  view.apply(
    words.map((reason, cell) => ({
      event: 'cell-ended',
      at,
      cell,
      state: 'failed',
      class: cell === 5 ? 'quota' : 'user',
      reason,
    })),
  );
  const groups = alikeFailures(cells, view).map(group => [
    group.step,
    group.class,
    group.reason,
    group.cells.map(({ index }) => index),
  ]);
  expect(groups).toEqual([
    ['one', 'user', 'a', [0, 2]],
    ['one', 'user', 'b', [1]],
    ['two', 'user', 'a', [3, 4]],
    ['two', 'quota', 'a', [5]],
  ]);
});
