/** Events of one activity on their way to the run's log: gathered for a moment, so that one fsync serves many. */
import type { RunEvent } from '../schemas/run.ts';
import type { RunStore } from '../store/store.ts';

export interface EventBuffer {
  /** In order; durable after the next `flush`, which follows by itself within a quarter of a second. */
  readonly add: (event: RunEvent) => void;
  /** Progress is for people: at most one line in an interval, the latest. */
  readonly addProgress: (event: RunEvent) => void;
  /** Rejects when the log cannot be written; what was to be written stays, for the next flush. */
  readonly flush: () => Promise<void>;
}

const flushMilliseconds = 250;
const progressMilliseconds = 2000;

export function createEventBuffer(store: Pick<RunStore, 'appendEvents'>, run: string): EventBuffer {
  let waiting: readonly RunEvent[] = [];
  let writing = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let lastProgress = Number.NEGATIVE_INFINITY;

  const write = async () => {
    const events = waiting;
    if (events.length === 0) return;
    await store.appendEvents(run, events);
    waiting = waiting.slice(events.length);
  };
  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write, write);
    await writing;
  };
  const add = (event: RunEvent) => {
    waiting = [...waiting, event];
    // A log that cannot be written now (a full disk) must not take the work down: the next flush tries again, and the
    // last one, at the end of the activity, is waited for.
    timer ??= setTimeout(() => void flush().catch(() => undefined), flushMilliseconds);
  };
  const addProgress = (event: RunEvent) => {
    const time = performance.now();
    if (time - lastProgress < progressMilliseconds) return;
    lastProgress = time;
    add(event);
  };
  return { add, addProgress, flush };
}
