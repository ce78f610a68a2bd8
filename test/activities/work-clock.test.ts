import { expect, test } from 'vitest';
import { createWorkClock } from '../../activities/work-clock.ts';

test('what is lost is the time since the last checkpoint; waiting for room counts for nothing', () => {
  let now = 0;
  const clock = createWorkClock(() => now);
  now = 50_000;
  expect([clock.seconds(), clock.unsaved()]).toEqual([0, 0]);
  clock.begin();
  now = 60_000;
  clock.progress({ step: 1, steps: 10 });
  expect([clock.seconds(), clock.unsaved()]).toEqual([10, 10]);
  clock.progress({ step: 5, steps: 10, checkpoint: 4 });
  now = 63_000;
  clock.progress({ step: 6, steps: 10, checkpoint: 4 });
  expect([clock.seconds(), clock.unsaved()]).toEqual([13, 3]);
});
