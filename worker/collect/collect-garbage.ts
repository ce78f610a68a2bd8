/** Garbage collection: what nobody needs goes to the trash, and what lay there long enough is deleted for good. */
import type { Store, TrashBatch } from '../../store/store.ts';
import { type Garbage, findGarbage } from './find-garbage.ts';

export interface CollectOptions {
  readonly now: Date;
  /** Runs that ended less long ago keep their results. */
  readonly olderThanSeconds: number;
  /** How long the trash can be taken back. */
  readonly graceSeconds: number;
  /** Looks only. */
  readonly dryRun: boolean;
}

export interface Collection {
  readonly garbage: Garbage;
  /** Items that went to the trash: fewer than were found where others needed some meanwhile. */
  readonly moved: number;
  readonly purged: readonly TrashBatch[];
  /** What can still be taken back. */
  readonly trash: readonly TrashBatch[];
}

/** A file of a publication under way is written and named within seconds; this is far beyond any of them. */
const youngSeconds = 3600;

/** May run beside anything else in the store, and be killed at any moment. */
export async function collectGarbage(store: Store, options: CollectOptions): Promise<Collection> {
  const { now, olderThanSeconds, graceSeconds, dryRun } = options;
  const young = before(now, youngSeconds);
  const garbage = await findGarbage(store, { olderThan: before(now, olderThanSeconds), young });
  if (dryRun) return { garbage, moved: 0, purged: [], trash: await store.trash() };
  const moved = await store.moveToTrash(garbage.items, { batch: now, unlessModifiedSince: young });
  // All that is needed has been taken back by now: `findGarbage` looked for each piece of it.
  const old = (await store.trash()).filter(({ batch }) => batch <= before(now, graceSeconds));
  for (const { batch } of old) await store.purgeTrash(batch);
  return { garbage, moved, purged: old, trash: await store.trash() };
}

function before(now: Date, seconds: number): Date {
  return new Date(now.getTime() - seconds * 1000);
}
