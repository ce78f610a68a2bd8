/** How long an attempt has worked, and how much of that would be lost with it. */
import type { CellProgress } from './compute.ts';

export interface WorkClock {
  /** It has its room; before that it only waited. */
  readonly begin: () => void;
  readonly progress: (progress: CellProgress) => void;
  /** Seconds since it began. */
  readonly seconds: () => number;
  /** Of these, those since the last checkpoint: they have to be done again. */
  readonly unsaved: () => number;
}

export function createWorkClock(now: () => number = () => performance.now()): WorkClock {
  let begun: number | undefined;
  let saved: number | undefined;
  let checkpoint: number | undefined;
  const since = (from: number | undefined) => (from === undefined ? 0 : Math.max(0, now() - from) / 1000);
  return {
    begin: () => (begun ??= now()),
    progress: progress => {
      if (progress.checkpoint === checkpoint) return;
      checkpoint = progress.checkpoint;
      saved = now();
    },
    seconds: () => since(begun),
    unsaved: () => since(saved ?? begun),
  };
}
