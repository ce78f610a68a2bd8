/**
 * One attempt at a cell: is it there already, by key or by content? If not, take the lease, do the work, publish. A
 * failure is counted by class, and ends the cell only when its class has used up its attempts; what the study says of
 * the class changes the next attempt.
 */
import type { CellRecord, Environment, FailedAttempt } from '../schemas/cell-record.ts';
import type { CellOutcome } from '../schemas/engine.ts';
import { type PlanCell, cellName } from '../schemas/plan.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import type { Registry } from '../schemas/steps/registry.ts';
import type { Lease, LeaseOwner, Store } from '../store/store.ts';
import { type AttemptedCell, describeChanges, recordedChange } from './changed-recipe.ts';
import { type CellFailure, classify } from './cell-failure.ts';
import type { CellProgress, ExecuteCell } from './compute.ts';
import { countFailure, nextRecipe } from './failed-attempts.ts';
import { gateVerdict } from './gate-verdict.ts';
import { keepLease } from './keep-lease.ts';
import { publishCell, publishReuse, publishSubstitute } from './publish-cell.ts';
import { type Resolution, resolveInputs } from './resolve-inputs.ts';
import { type WorkClock, createWorkClock } from './work-clock.ts';

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
  /** An earlier attempt is found to have ended with its worker, who can tell nobody. */
  readonly onVanished: (attempt: FailedAttempt) => void;
}

/** What came of an attempt. `retry`: not over yet, try again in so many seconds. */
export type AttemptResult =
  | {
      readonly ended: CellOutcome;
      readonly reason?: string;
      readonly seconds?: number;
      readonly lost?: number;
      /** How the recipe that made it differs from the planned one, for people. */
      readonly changed?: string;
    }
  | {
      readonly retry: number;
      readonly failure?: CellFailure;
      readonly reason: string;
      readonly lost?: number;
      /** How the next attempt differs, for people. */
      readonly changed?: string;
    };

/** What is known once an attempt is under way. */
interface Attempt extends AttemptHooks {
  readonly run: string;
  readonly planned: PlanCell;
  readonly kind: StepKind;
  readonly clock: WorkClock;
  readonly started: Date;
}

export async function attemptCell(
  dependencies: AttemptDependencies,
  run: string,
  planned: PlanCell,
  hooks: AttemptHooks,
): Promise<AttemptResult> {
  const clock = createWorkClock();
  const kind = dependencies.kinds.get(planned.use);
  try {
    const record = await dependencies.store.record(planned.key, run);
    if (record !== undefined) return await foundRecord(dependencies.store, run, planned, record);
    if (kind === undefined) throw new Error(`internal: this worker knows no step kind \`${planned.use}\``);
    return await attemptRecipe(dependencies, { ...hooks, run, planned, kind, clock, started: new Date() });
  } catch (error) {
    const { store, environment } = dependencies;
    const failure = classify(error);
    return countFailure({ store, run, planned, kind }, failure, {
      seconds: clock.seconds(),
      unsaved: clock.unsaved(),
      host: environment.host,
    });
  }
}

/** An interrupted run finds what it made itself: that is work done, not work saved. */
async function foundRecord(store: Store, run: string, cell: PlanCell, record: CellRecord): Promise<AttemptResult> {
  const own = record.run === run && record.reused_from === undefined && record.name === cellName(cell.step, cell.at);
  const reason = record.run === run ? `the same work as ${record.name}` : `made by run ${record.run}`;
  return ended(store, run, cell, own ? { state: 'done', seconds: record.seconds } : { state: 'cached', reason });
}

async function attemptRecipe(dependencies: AttemptDependencies, attempt: Attempt): Promise<AttemptResult> {
  const { store } = dependencies;
  const { run, planned, kind } = attempt;
  const recipe = await nextRecipe({ store, run, planned, kind });
  const { cell } = recipe;
  const resolution = await resolveInputs(store, run, cell, kind);
  const known = cell.key === planned.key ? undefined : await store.record(cell.key, run);
  const made = known ?? (await store.recordByContent(resolution.contentKey));
  if (made === undefined) return work(dependencies, attempt, recipe, resolution);
  if (known === undefined) await publishReuse(store, { run, cell, resolution, made });
  return answerWith(store, attempt, recipe, made);
}

/** The cell needs no work: `made` is it. */
async function answerWith(
  store: Store,
  attempt: Attempt,
  recipe: AttemptedCell,
  made: CellRecord,
): Promise<AttemptResult> {
  const { run, planned } = attempt;
  await substitute(store, attempt, recipe, made);
  const end = await ended(store, run, planned, { state: 'cached', reason: `the same work as ${made.name}` });
  return { ...end, ...changeOf(recipe) };
}

/** Where failures changed the recipe, the planned key is answered for this run: by what the other recipe made. */
async function substitute(store: Store, { run, planned }: Attempt, recipe: AttemptedCell, made: CellRecord) {
  if (recipe.cell.key === planned.key) return;
  await publishSubstitute(store, { run, planned, cell: recipe.cell, made, changed: recordedChange(planned, recipe) });
}

function changeOf({ changes }: AttemptedCell): { readonly changed?: string } {
  return changes.length === 0 ? {} : { changed: describeChanges(changes) };
}

async function work(
  dependencies: AttemptDependencies,
  attempt: Attempt,
  recipe: AttemptedCell,
  resolution: Resolution,
): Promise<AttemptResult> {
  const { store, environment, execute, exclusive } = dependencies;
  const { run, planned, clock, signal, started } = attempt;
  const { cell, changes } = recipe;
  const lease = exclusive ? await takeLease(dependencies, attempt, cell) : undefined;
  if (lease !== undefined && 'retry' in lease) return lease;
  const stop = lease === undefined ? { signal, end: async () => {} } : keepLease(lease, signal);
  try {
    if (lease?.takenFrom !== undefined) await bookVanished(dependencies, attempt, cell, lease.takenFrom);
    // Whoever held the lease before may have published between our look-up and now.
    const record = exclusive ? await store.record(cell.key, run) : undefined;
    if (record !== undefined) {
      await substitute(store, attempt, recipe, record);
      return { ...(await foundRecord(store, run, planned, record)), ...changeOf(recipe) };
    }
    // What lacks parts is published for its run alone: another run that lacks the same finds it by its content only.
    const made = exclusive ? await store.recordByContent(resolution.contentKey) : undefined;
    if (made !== undefined) {
      await publishReuse(store, { run, cell, resolution, made });
      return await answerWith(store, attempt, recipe, made);
    }
    const result = await execute(
      { run, cell, inputs: resolution.inputs },
      {
        signal: stop.signal,
        onBegin: () => {
          clock.begin();
          attempt.onStart();
        },
        onProgress: progress => {
          clock.progress(progress);
          attempt.onProgress(progress);
        },
      },
    );
    const attempts = exclusive || changes.length > 0 ? await store.attempts(planned.key) : [];
    const changed = changes.length === 0 ? undefined : recordedChange(planned, recipe);
    const published = await publishCell(store, {
      run,
      cell,
      resolution,
      result,
      started,
      attempts,
      environment,
      changed,
    });
    await substitute(store, attempt, recipe, published);
    if (exclusive) await store.clearWork(cell.key);
    if (changes.length > 0) await store.clearWork(planned.key);
    return { ...(await ended(store, run, planned, { state: 'done', seconds: result.seconds })), ...changeOf(recipe) };
  } finally {
    await stop.end();
  }
}

async function takeLease({ store, owner }: AttemptDependencies, { run }: Attempt, cell: PlanCell) {
  const lease = await store.acquireLease(cell.key, { ...owner, purpose: `${run} ${cell.step}` }, leaseSeconds);
  if (lease.held) return lease;
  const wait = Math.min(5, Math.max(1, (lease.expires.getTime() - Date.now()) / 1000));
  return { retry: wait, reason: `${lease.owner.purpose} (${lease.owner.host}, process ${lease.owner.pid}) is at it` };
}

/** Counts the attempt of an owner who is gone. The lease is kept alive meanwhile: on a slow disk this takes its time. */
async function bookVanished(
  { store, environment }: AttemptDependencies,
  { run, planned, onVanished }: Attempt,
  cell: PlanCell,
  { owner, since }: NonNullable<Lease['takenFrom']>,
) {
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
  await store.addAttempt(planned.key, vanished);
  onVanished(vanished);
}

/** How long a vanished owner keeps others out; renewed well before. */
const leaseSeconds = 20;

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
