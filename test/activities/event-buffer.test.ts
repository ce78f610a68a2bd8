import { expect, test, vi } from 'vitest';
import { createEventBuffer } from '../../activities/event-buffer.ts';
import type { RunEvent } from '../../schemas/run.ts';

const started = (cell: number): RunEvent => ({
  event: 'cell-started',
  at: '2026-01-01T00:00:00.000Z',
  cell,
  attempt: 1,
});

/** A log whose first so many writes fail. */
function logFailing(times: number) {
  const written: number[] = [];
  let left = times;
  const appendEvents = async (_: string, events: readonly RunEvent[]) => {
    if (left-- > 0) throw new Error('no space left');
    for (const event of events) if ('cell' in event) written.push(event.cell);
  };
  return { written, appendEvents };
}

test('events are written in order, together, and by themselves', async () => {
  const log = logFailing(0);
  const buffer = createEventBuffer(log, 'run-1');
  for (const cell of [1, 2, 3]) buffer.add(started(cell));
  await vi.waitFor(() => expect(log.written).toEqual([1, 2, 3]));
  await buffer.flush();
  expect(log.written).toEqual([1, 2, 3]);
});

test('what a log that could not be written missed is written by the next flush, before what came later', async () => {
  const log = logFailing(1);
  const buffer = createEventBuffer(log, 'run-1');
  buffer.add(started(1));
  await expect(buffer.flush()).rejects.toThrow('no space left');
  buffer.add(started(2));
  await buffer.flush();
  expect(log.written).toEqual([1, 2]);
});

test('flushes at once write everything once', async () => {
  const log = logFailing(0);
  const buffer = createEventBuffer(log, 'run-1');
  buffer.add(started(1));
  const first = buffer.flush();
  buffer.add(started(2));
  await Promise.all([first, buffer.flush()]);
  expect(log.written).toEqual([1, 2]);
});

test('progress is written at most once in an interval', async () => {
  const log = logFailing(0);
  const buffer = createEventBuffer(log, 'run-1');
  for (const cell of [1, 2, 3]) buffer.addProgress(started(cell));
  await buffer.flush();
  expect(log.written).toEqual([1]);
});
