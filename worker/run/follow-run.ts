/** Watching a run from its event log until it has ended. */
import { setTimeout } from 'node:timers/promises';
import type { RunEvent } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import type { RunView } from './run-view.ts';

export interface FollowOptions {
  readonly view: RunView;
  /** After new events, and at least once a second, so that clocks move on. */
  readonly onChange: (events: readonly RunEvent[]) => void;
  /** Called off: the run goes on without a watcher. */
  readonly signal: AbortSignal;
  /** Asked now and then: whether nobody is at the run any more. */
  readonly isGone: () => Promise<boolean>;
  /** From the first look on, not after a while: of a run that was begun by somebody else. */
  readonly checksAtOnce?: boolean;
}

/** The log is read this often: a person sees no delay, a disk no load. */
const pollMilliseconds = 120;
const redrawMilliseconds = 1000;
/** It is asked this often whether the run is still there. */
const checkMilliseconds = 5000;

/** How the following ended: the run did, the watcher was called off, or nobody is at it and it has no end. */
export type Followed = 'ended' | 'called-off' | 'lost';

export async function followRun(store: Store, run: string, options: FollowOptions): Promise<Followed> {
  const { view, onChange, signal, isGone } = options;
  let cursor: string | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  let checked = options.checksAtOnce === true ? Number.NEGATIVE_INFINITY : performance.now();
  for (;;) {
    if (signal.aborted) return 'called-off';
    const page = await store.events(run, cursor);
    cursor = page.cursor;
    view.apply(page.events);
    if (page.events.length > 0 || performance.now() - drawn >= redrawMilliseconds) {
      onChange(page.events);
      drawn = performance.now();
    }
    if (view.ended() !== undefined) return 'ended';
    if (performance.now() - checked >= checkMilliseconds) {
      checked = performance.now();
      if ((await isGone()) && !(await hasEndEvent(store, run))) return 'lost';
    }
    await setTimeout(pollMilliseconds, undefined, { signal }).catch(() => undefined);
  }
}

async function hasEndEvent(store: Store, run: string): Promise<boolean> {
  const { events } = await store.events(run);
  return events.findLast(event => event.event === 'run-started' || event.event === 'run-ended')?.event === 'run-ended';
}
