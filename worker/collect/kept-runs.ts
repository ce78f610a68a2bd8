/** Which runs' results are kept, and why. */
import type { RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';

/** `unended`: running, paused or interrupted. `recent`: ended less than so long ago. */
export type KeptBecause = 'unended' | 'recent' | 'pinned';

export interface KeptRun {
  readonly run: RunRecord;
  readonly because: KeptBecause | undefined;
}

/** Of every run; undefined where nothing keeps it. */
export async function keptRuns(store: Store, youngerThan: Date): Promise<KeptRun[]> {
  const pinned = new Set((await store.pins()).flatMap(pin => (pin.pin === 'run' ? [pin.run] : [])));
  return Promise.all(
    (await store.runs()).map(async run => ({
      run,
      because: pinned.has(run.run) ? ('pinned' as const) : await becauseOfAge(store, run, youngerThan),
    })),
  );
}

async function becauseOfAge(store: Store, run: RunRecord, youngerThan: Date): Promise<KeptBecause | undefined> {
  const { events } = await store.events(run.run);
  const last = events.findLast(event => event.event === 'run-started' || event.event === 'run-ended');
  if (last?.event !== 'run-ended') return 'unended';
  return Date.parse(last.at) >= youngerThan.getTime() ? 'recent' : undefined;
}
