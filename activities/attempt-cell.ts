/**
 * One attempt at a cell: is it there already, by key or by content? If not, take the lease, do the work, publish. A
 * failure is counted by class, and ends the cell only when its class has used up its attempts.
 */
import type { CellRecord, Environment, FailedAttempt } from '../schemas/cell-record.ts';
import type { CellOutcome } from '../schemas/engine.ts';
import { backOffSeconds, failurePolicies } from '../schemas/failure.ts';
import { type PlanCell, cellName } from '../schemas/plan.ts';
import type { Registry } from '../schemas/steps/registry.ts';
import type { LeaseOwner, Store } from '../store/store.ts';
import { type CellFailure, classify } from './cell-failure.ts';
import type { CellProgress, ExecuteCell } from './compute.ts';
import { gateVerdict } from './gate-verdict.ts';
import { keepLease } from './keep-lease.ts';
import { publishCell, publishReuse } from './publish-cell.ts';
import { type Resolution, resolveInputs } from './resolve-inputs.ts';

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
}

/** What came of an attempt. `retry`: not over yet, try again in so many seconds. */
export type AttemptResult =
  | { readonly ended: CellOutcome; readonly reason?: string; readonly seconds?: number }
  | { readonly retry: number; readonly failure?: CellFailure; readonly holder?: LeaseOwner; readonly reason: string };

export async function attemptCell(
  dependencies: AttemptDependencies,
  run: string,
  cell: PlanCell,
  hooks: AttemptHooks,
): Promise<AttemptResult> {
  const { store } = dependencies;
  const started = new Date();
  try {
    const record = await store.record(cell.key, run);
    if (record !== undefined) return await foundRecord(store, run, cell, record);
    const resolution = await resolve(dependencies, run, cell);
    const made = await store.recordByContent(resolution.contentKey);
    if (made !== undefined) {
      await publishReuse(store, { run, cell, resolution, made });
      return await ended(store, run, cell, { state: 'cached', reason: `the same work as ${made.name}` });
    }
    return await work(dependencies, run, cell, { ...hooks, started, resolution });
  } catch (error) {
    return failedAttempt(dependencies, run, cell, { failure: classify(error), started });
  }
}

/** An interrupted run finds what it made itself: that is work done, not work saved. */
async function foundRecord(store: Store, run: string, cell: PlanCell, record: CellRecord): Promise<AttemptResult> {
  const own = record.run === run && record.reused_from === undefined && record.name === cellName(cell.step, cell.at);
  const reason = record.run === run ? `the same work as ${record.name}` : `made by run ${record.run}`;
  return ended(store, run, cell, own ? { state: 'done', seconds: record.seconds } : { state: 'cached', reason });
}

async function resolve(dependencies: AttemptDependencies, run: string, cell: PlanCell): Promise<Resolution> {
  const kind = dependencies.kinds.get(cell.use);
  if (kind === undefined) throw new Error(`internal: this worker knows no step kind \`${cell.use}\``);
  return resolveInputs(dependencies.store, run, cell, kind);
}

async function work(
  dependencies: AttemptDependencies,
  run: string,
  cell: PlanCell,
  {
    signal,
    onStart,
    onProgress,
    started,
    resolution,
  }: AttemptHooks & { readonly started: Date; readonly resolution: Resolution },
): Promise<AttemptResult> {
  const { store, environment, execute } = dependencies;
  const lease = dependencies.exclusive ? await takeLease(dependencies, run, cell) : undefined;
  if (lease !== undefined && 'retry' in lease) return lease;
  const stop = lease === undefined ? { signal, end: async () => {} } : keepLease(lease, signal);
  try {
    // Whoever held the lease before may have published between our look-up and now.
    const record = dependencies.exclusive ? await store.record(cell.key, run) : undefined;
    if (record !== undefined) return await foundRecord(store, run, cell, record);
    onStart();
    const task = { run, cell, inputs: resolution.inputs };
    const result = await execute(task, { signal: stop.signal, onProgress });
    const attempts = dependencies.exclusive ? await store.attempts(cell.key) : [];
    await publishCell(store, { run, cell, resolution, result, started, attempts, environment });
    if (dependencies.exclusive) await store.clearWork(cell.key);
    return await ended(store, run, cell, { state: 'done', seconds: result.seconds });
  } finally {
    await stop.end();
  }
}

async function takeLease({ store, owner, environment }: AttemptDependencies, run: string, cell: PlanCell) {
  const lease = await store.acquireLease(cell.key, { ...owner, purpose: `${run} ${cell.step}` }, leaseSeconds);
  if (!lease.held) {
    const wait = Math.min(5, Math.max(1, (lease.expires.getTime() - Date.now()) / 1000));
    return {
      retry: wait,
      holder: lease.owner,
      reason: `${lease.owner.purpose} (${lease.owner.host}, process ${lease.owner.pid}) is at it`,
    };
  }
  if (lease.takenFrom !== undefined) {
    const { owner: before, since } = lease.takenFrom;
    await store.addAttempt(cell.key, {
      run,
      class: 'preempted',
      message: `the worker vanished (${before.host}, process ${before.pid})`,
      started: since.toISOString(),
      seconds: Math.max(0, (Date.now() - since.getTime()) / 1000),
      host: environment.host,
    });
  }
  return lease;
}

/** How long a vanished owner keeps others out; renewed well before. */
const leaseSeconds = 20;

async function failedAttempt(
  { store, environment }: AttemptDependencies,
  run: string,
  cell: PlanCell,
  { failure, started }: { readonly failure: CellFailure; readonly started: Date },
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
  await store.addAttempt(cell.key, attempt);
  // Only this run's attempts count: running a study again gives every cell its full budget.
  const used = (await store.attempts(cell.key)).filter(each => each.run === run && each.class === failure.class).length;
  if (used >= policy.attempts) return end;
  return { retry: backOffSeconds(failure.class, used), failure, reason: failure.message };
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
