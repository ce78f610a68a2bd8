/** Events of one activity on their way to the run's log: gathered for a moment, so that one fsync serves many. */
import type { RunEvent } from '../schemas/run.ts';
import type { RunStore } from '../store/store.ts';

export interface EventBuffer {
  /** In order; durable after the next `flush`, which follows by itself within a quarter of a second. */
  readonly add: (event: RunEvent) => void;
  /** Progress is for people: at most one line a cell and interval, the latest. */
  readonly addProgress: (event: RunEvent) => void;
  readonly flush: () => Promise<void>;
}

const flushMilliseconds = 250;
const progressMilliseconds = 2000;

export function createEventBuffer(store: RunStore, run: string): EventBuffer {
  let waiting: RunEvent[] = [];
  let writing = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let lastProgress = 0;

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const events = waiting;
    waiting = [];
    if (events.length > 0) writing = writing.then(() => store.appendEvents(run, events));
    await writing;
  };
  const add = (event: RunEvent) => {
    waiting.push(event);
    // A log that cannot be written now (a full disk) must not take the work down; the end of the activity tries again.
    timer ??= setTimeout(() => void flush().catch(() => undefined), flushMilliseconds);
  };
  const addProgress = (event: RunEvent) => {
    const time = Date.now();
    if (time - lastProgress < progressMilliseconds) return;
    lastProgress = time;
    add(event);
  };
  return { add, addProgress, flush };
}
