/** The lease of a cell's work, kept alive; or who has it. What a vanished owner leaves behind is booked. */
import type { FailedAttempt } from '../schemas/cell-record.ts';
import type { PlanCell } from '../schemas/plan.ts';
import type { Fence, Lease } from '../store/store.ts';
import type { Attempt, AttemptDependencies, AttemptResult } from './attempt-cell.ts';
import { type KeptLease, keepLease } from './keep-lease.ts';

/** How long a vanished owner keeps others out; renewed well before. */
const leaseSeconds = 20;

/** `cell` is the cell with the recipe of this attempt: its key is what is leased. */
export async function takeLease(
  dependencies: AttemptDependencies,
  attempt: Attempt,
  cell: PlanCell,
): Promise<(KeptLease & { readonly fence: Fence }) | Extract<AttemptResult, { readonly retry: number }>> {
  const { store, owner } = dependencies;
  const purpose = `${attempt.run} ${cell.step}`;
  const lease = await store.acquireLease(cell.key, { ...owner, purpose }, leaseSeconds);
  if (!lease.held) {
    const wait = Math.min(5, Math.max(1, (lease.expires.getTime() - Date.now()) / 1000));
    const { host, pid } = lease.owner;
    return { retry: wait, holder: lease.owner, reason: `${lease.owner.purpose} (${host}, process ${pid}) is at it` };
  }
  // Kept alive from here on: on a slow disk, booking takes its time.
  const kept = keepLease(lease, attempt.signal);
  try {
    await bookVanished(dependencies, attempt, cell, lease);
  } catch (error) {
    await kept.end();
    throw error;
  }
  return { ...kept, fence: lease.fence };
}

async function bookVanished(
  { store, environment }: AttemptDependencies,
  { run, planned, onVanished }: Attempt,
  cell: PlanCell,
  { takenFrom, fence }: Lease,
): Promise<void> {
  if (takenFrom === undefined) return;
  const { owner, since } = takenFrom;
  const saved = (await store.checkpointTime(cell.key)) ?? since;
  const secondsSince = (time: Date) => Math.max(0, (Date.now() - time.getTime()) / 1000);
  const vanished: FailedAttempt = {
    run,
    class: 'preempted',
    message: `the worker vanished (${owner.host}, process ${owner.pid})`,
    started: since.toISOString(),
    seconds: secondsSince(since),
    lost_seconds: Math.min(secondsSince(since), secondsSince(saved)),
    host: environment.host,
  };
  await store.addAttempt(planned.key, vanished, cell.key === planned.key ? fence : undefined);
  onVanished?.(vanished);
}
