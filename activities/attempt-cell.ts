/**
 * One attempt at a cell: is it there already, by key or by content? If not, take the lease, do the work, publish. A
 * failure is counted by class, and ends the cell only when its class has used up its attempts.
 */
import type { CellRecord, Environment, FailedAttempt } from '../schemas/cell-record.ts';
import type { CellOutcome } from '../schemas/engine.ts';
import { backOffSeconds, failurePolicies } from '../schemas/failure.ts';
import type { CellKey } from '../schemas/identity.ts';
import type { DifferingOutputs } from '../schemas/nondeterminism.ts';
import { type PlanCell, cellName } from '../schemas/plan.ts';
import type { Registry } from '../schemas/steps/registry.ts';
import { LostLeaseError, MissingBlobError, StoreWriteError } from '../store/errors.ts';
import type { Fence, LeaseOwner, Store } from '../store/store.ts';
import { type CellFailure, classify } from './cell-failure.ts';
import type { CellProgress, ExecuteCell } from './compute.ts';
import { gateVerdict } from './gate-verdict.ts';
import { keepLease } from './keep-lease.ts';
import { publishCell, publishReuse } from './publish-cell.ts';
import type { Resolution } from './resolve-inputs.ts';
import { type Remake, soundInputs } from './sound-inputs.ts';

export interface AttemptDependencies {
  readonly store: Store;
  readonly kinds: Registry;
  readonly environment: Environment;
  readonly owner: Omit<LeaseOwner, 'purpose'>;
  readonly execute: ExecuteCell;
  /** Heavy work is done by one attempt at a time in the whole store; light work is cheaper done twice than leased. */
  readonly exclusive: boolean;
}

export interface AttemptHooks {
  readonly signal: AbortSignal;
  readonly onStart: () => void;
  readonly onProgress: (progress: CellProgress) => void;
  /** A result that was second and is not what the first was. */
  readonly onDifference?: (outputs: DifferingOutputs) => void;
  /** Makes an input again that the store has lost. */
  readonly remake?: Remake;
}

/** What came of an attempt. `retry`: not over yet, try again in so many seconds. */
export type AttemptResult =
  | { readonly ended: CellOutcome; readonly reason?: string; readonly seconds?: number }
  | { readonly retry: number; readonly failure?: CellFailure; readonly reason: string };

export async function attemptCell(
  dependencies: AttemptDependencies,
  run: string,
  cell: PlanCell,
  hooks: AttemptHooks,
): Promise<AttemptResult> {
  const { store } = dependencies;
  const started = new Date();
  try {
    const record = await intact(store, await store.record(cell.key, run));
    if (record !== undefined) return await foundRecord(store, run, cell, record);
    const resolution = await resolve(dependencies, run, cell, hooks.remake);
    if ('retry' in resolution) return resolution;
    const made = await intact(store, await store.recordByContent(resolution.contentKey));
    if (made !== undefined) {
      await publishReuse(store, { run, cell, resolution, made });
      return await ended(store, run, cell, { state: 'cached', reason: `the same work as ${made.name}` });
    }
    return await work(dependencies, run, cell, { ...hooks, started, resolution });
  } catch (error) {
    return failedAttempt(dependencies, run, cell, { failure: classify(error), started });
  }
}

/** The record, unless an output of it is gone: then it is moved aside, as the store does with results it cannot give. */
async function intact(store: Store, record: CellRecord | undefined): Promise<CellRecord | undefined> {
  for (const { digest } of Object.values(record?.outputs ?? {})) {
    if (await store.has(digest)) continue;
    await store.verify(digest).catch((error: unknown) => {
      if (!(error instanceof MissingBlobError)) throw error;
    });
    return undefined;
  }
  return record;
}

/** An interrupted run finds what it made itself: that is work done, not work saved. */
async function foundRecord(store: Store, run: string, cell: PlanCell, record: CellRecord): Promise<AttemptResult> {
  const own = record.run === run && record.reused_from === undefined && record.name === cellName(cell.step, cell.at);
  const reason = record.run === run ? `the same work as ${record.name}` : `made by run ${record.run}`;
  return ended(store, run, cell, own ? { state: 'done', seconds: record.seconds } : { state: 'cached', reason });
}

async function resolve(dependencies: AttemptDependencies, run: string, cell: PlanCell, remake: Remake | undefined) {
  const kind = dependencies.kinds.get(cell.use);
  if (kind === undefined) throw new Error(`internal: this worker knows no step kind \`${cell.use}\``);
  return soundInputs(dependencies.store, { run, cell, kind, remake });
}

async function work(
  dependencies: AttemptDependencies,
  run: string,
  cell: PlanCell,
  given: WorkToDo,
): Promise<AttemptResult> {
  const { signal, started } = given;
  const lease = dependencies.exclusive ? await takeLease(dependencies, run, cell) : undefined;
  if (lease !== undefined && 'retry' in lease) return lease;
  const stop = lease === undefined ? { signal, end: async () => {} } : keepLease(lease, signal);
  const fence = lease?.fence;
  try {
    return await workUnderLease(dependencies, run, cell, { ...given, signal: stop.signal, fence });
  } catch (error) {
    // Counted while the lease is still held: afterwards somebody else may be at the cell.
    return await failedAttempt(dependencies, run, cell, { failure: classify(error), started, fence });
  } finally {
    await stop.end();
  }
}

type WorkToDo = AttemptHooks & { readonly started: Date; readonly resolution: Resolution };

async function workUnderLease(
  { store, environment, execute, exclusive }: AttemptDependencies,
  run: string,
  cell: PlanCell,
  {
    fence,
    signal,
    onStart,
    onProgress,
    onDifference,
    started,
    resolution,
  }: WorkToDo & { readonly fence: Fence | undefined },
): Promise<AttemptResult> {
  // Whoever held the lease before may have published between our look-up and now.
  const record = exclusive ? await store.record(cell.key, run) : undefined;
  if (record !== undefined) return foundRecord(store, run, cell, record);
  onStart();
  const task = { run, cell, inputs: resolution.inputs, ...(fence === undefined ? {} : { fence }) };
  const result = await execute(task, { signal, onProgress });
  const attempts = exclusive ? await store.attempts(cell.key) : [];
  const finished = { run, cell, resolution, result, started, attempts, environment, fence };
  const differing = await publishCell(store, finished);
  if (differing !== undefined) onDifference?.(differing);
  if (fence !== undefined) await clearOwnWork(store, cell.key, fence);
  return ended(store, run, cell, { state: 'done', seconds: result.seconds });
}

/** The result is published: what cannot be cleared away, or is the next holder's by now, makes no failure of it. */
async function clearOwnWork(store: Store, key: CellKey, fence: Fence): Promise<void> {
  try {
    await store.clearWork(key, fence);
  } catch (error) {
    if (!(error instanceof LostLeaseError || error instanceof StoreWriteError)) throw error;
  }
}

async function takeLease({ store, owner, environment }: AttemptDependencies, run: string, cell: PlanCell) {
  const lease = await store.acquireLease(cell.key, { ...owner, purpose: `${run} ${cell.step}` }, leaseSeconds);
  if (!lease.held) {
    const wait = Math.min(5, Math.max(1, (lease.expires.getTime() - Date.now()) / 1000));
    return { retry: wait, reason: `${lease.owner.purpose} (${lease.owner.host}, process ${lease.owner.pid}) is at it` };
  }
  if (lease.takenFrom !== undefined) {
    const { owner: before, since } = lease.takenFrom;
    const vanished: FailedAttempt = {
      run,
      class: 'preempted',
      message: `the worker vanished (${before.host}, process ${before.pid})`,
      started: since.toISOString(),
      seconds: Math.max(0, (Date.now() - since.getTime()) / 1000),
      host: environment.host,
    };
    try {
      await store.addAttempt(cell.key, vanished, lease.fence);
    } catch (error) {
      await lease.release();
      throw error;
    }
  }
  return lease;
}

/** How long a vanished owner keeps others out; renewed well before. */
const leaseSeconds = 20;

async function failedAttempt(
  { store, environment }: AttemptDependencies,
  run: string,
  cell: PlanCell,
  {
    failure,
    started,
    fence,
  }: { readonly failure: CellFailure; readonly started: Date; readonly fence?: Fence | undefined },
): Promise<AttemptResult> {
  const attempt: FailedAttempt = {
    run,
    class: failure.class,
    message: failure.message,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    host: environment.host,
  };
  const policy = failurePolicies[failure.class];
  const end = { ended: { cell: cell.index, state: 'failed', class: failure.class }, reason: failure.message } as const;
  if (policy.attempts <= 1) return end;
  const uncounted = await countAttempt(store, cell.key, { attempt, fence });
  if (uncounted !== undefined) return uncounted;
  // Only this run's attempts count: running a study again gives every cell its full budget.
  const used = (await store.attempts(cell.key)).filter(each => each.run === run && each.class === failure.class).length;
  if (used >= policy.attempts) return end;
  return { retry: backOffSeconds(failure.class, used), failure, reason: failure.message };
}

/** Nothing once it is counted; otherwise how the attempt ends that cannot be. */
async function countAttempt(
  store: Store,
  key: CellKey,
  { attempt, fence }: { readonly attempt: FailedAttempt; readonly fence: Fence | undefined },
): Promise<AttemptResult | undefined> {
  try {
    await store.addAttempt(key, attempt, fence);
    return undefined;
  } catch (error) {
    const failure = classify(error);
    // Whoever took the lease has booked this attempt as lost; on a full disk there is nothing to count in, and no end
    // to the patience.
    const patient = error instanceof LostLeaseError || failure.class === 'quota';
    if (!patient) throw error;
    return { retry: backOffSeconds(failure.class, 1), failure, reason: failure.message };
  }
}

async function ended(
  store: Store,
  run: string,
  cell: PlanCell,
  {
    state,
    reason,
    seconds,
  }: { readonly state: 'done' | 'cached'; readonly reason?: string; readonly seconds?: number },
): Promise<AttemptResult> {
  const verdict = cell.use === 'gate' ? await gateVerdict(store, cell.key, run) : undefined;
  return {
    ended: { cell: cell.index, state, ...(verdict === undefined ? {} : { verdict }) },
    ...(reason === undefined ? {} : { reason }),
    ...(seconds === undefined ? {} : { seconds }),
  };
}
