/**
 * One attempt at a cell: is it there already, by key or by content? If not, take the lease, do the work, publish. A
 * failure is counted by class, and ends the cell only when its class has used up its attempts; what the study says of
 * the class changes the next attempt.
 */
import type { CellRecord, Environment, FailedAttempt } from '../schemas/cell-record.ts';
import type { CellOutcome } from '../schemas/engine.ts';
import type { CellKey } from '../schemas/identity.ts';
import type { DifferingOutputs } from '../schemas/nondeterminism.ts';
import { type PlanCell, cellName } from '../schemas/plan.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import type { Registry } from '../schemas/steps/registry.ts';
import { LostLeaseError, StoreWriteError } from '../store/errors.ts';
import type { Fence, LeaseOwner, Store } from '../store/store.ts';
import { type AttemptedCell, describeChanges, recordedChange } from './changed-recipe.ts';
import { type CellFailure, classify } from './cell-failure.ts';
import type { CellProgress, ExecuteCell } from './compute.ts';
import { countFailure, nextRecipe } from './failed-attempts.ts';
import { gateVerdict } from './gate-verdict.ts';
import { intact } from './intact-record.ts';
import { publishCell, publishReuse, publishSubstitute } from './publish-cell.ts';
import type { Resolution } from './resolve-inputs.ts';
import { type Remake, soundInputs } from './sound-inputs.ts';
import { takeLease } from './take-lease.ts';
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
  readonly onVanished?: (attempt: FailedAttempt) => void;
  /** A result that was second and is not what the first was. */
  readonly onDifference?: (outputs: DifferingOutputs) => void;
  /** Makes an input again that the store has lost. */
  readonly remake?: Remake;
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
      /** Who is at the cell, where that is why. */
      readonly holder?: LeaseOwner;
      readonly reason: string;
      readonly lost?: number;
      /** How the next attempt differs, for people. */
      readonly changed?: string;
    };

/** What is known once an attempt is under way. */
export interface Attempt extends AttemptHooks {
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
  const { store } = dependencies;
  const clock = createWorkClock();
  const kind = dependencies.kinds.get(planned.use);
  try {
    const record = await intact(store, await store.record(planned.key, run));
    if (record !== undefined) return await foundRecord(store, run, planned, record);
    if (kind === undefined) throw new Error(`internal: this worker knows no step kind \`${planned.use}\``);
    return await attemptRecipe(dependencies, { ...hooks, run, planned, kind, clock, started: new Date() });
  } catch (error) {
    const spent = { seconds: clock.seconds(), unsaved: clock.unsaved(), host: dependencies.environment.host };
    return countFailure({ store, run, planned, kind }, classify(error), spent);
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
  const { run, planned, kind, remake } = attempt;
  const recipe = await nextRecipe({ store, run, planned, kind });
  const { cell } = recipe;
  const resolution = await soundInputs(store, { run, cell, kind, remake });
  if ('retry' in resolution) return resolution;
  const known = cell.key === planned.key ? undefined : await intact(store, await store.record(cell.key, run));
  const made = known ?? (await intact(store, await store.recordByContent(resolution.contentKey)));
  if (made === undefined) return work(dependencies, attempt, { recipe, resolution });
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

interface WorkToDo {
  readonly recipe: AttemptedCell;
  readonly resolution: Resolution;
}

async function work(dependencies: AttemptDependencies, attempt: Attempt, todo: WorkToDo): Promise<AttemptResult> {
  const { store, environment, exclusive } = dependencies;
  const { run, planned, kind, clock, signal } = attempt;
  const { cell } = todo.recipe;
  const lease = exclusive ? await takeLease(dependencies, attempt, cell) : undefined;
  if (lease !== undefined && 'retry' in lease) return lease;
  const fence = lease?.fence;
  try {
    return await workUnderLease(dependencies, { ...attempt, signal: lease?.signal ?? signal }, { ...todo, fence });
  } catch (error) {
    // Counted while the lease is still held: afterwards somebody else may be at the cell.
    const own = cell.key === planned.key ? fence : undefined;
    const lost = { seconds: clock.seconds(), unsaved: clock.unsaved(), host: environment.host, fence: own };
    return await countFailure({ store, run, planned, kind }, classify(error), lost);
  } finally {
    await lease?.end();
  }
}

async function workUnderLease(
  { store, environment, execute, exclusive }: AttemptDependencies,
  attempt: Attempt,
  { recipe, resolution, fence }: WorkToDo & { readonly fence: Fence | undefined },
): Promise<AttemptResult> {
  const { run, planned, clock, signal, started, onStart, onProgress, onDifference } = attempt;
  const { cell, changes } = recipe;
  // Whoever held the lease before may have published between our look-up and now.
  const record = exclusive ? await store.record(cell.key, run) : undefined;
  if (record !== undefined) {
    await substitute(store, attempt, recipe, record);
    return { ...(await foundRecord(store, run, planned, record)), ...changeOf(recipe) };
  }
  // What lacks parts is published for its run alone: another run that lacks the same finds it by its content only.
  const same = exclusive ? await intact(store, await store.recordByContent(resolution.contentKey)) : undefined;
  if (same !== undefined) {
    await publishReuse(store, { run, cell, resolution, made: same });
    return answerWith(store, attempt, recipe, same);
  }
  const onBegin = () => {
    clock.begin();
    onStart();
  };
  const noteProgress = (progress: CellProgress) => {
    clock.progress(progress);
    onProgress(progress);
  };
  const task = { run, cell, inputs: resolution.inputs, ...(fence === undefined ? {} : { fence }) };
  const result = await execute(task, { signal, onBegin, onProgress: noteProgress });
  const attempts = exclusive || changes.length > 0 ? await store.attempts(planned.key) : [];
  const changed = changes.length === 0 ? undefined : recordedChange(planned, recipe);
  const finished = { run, cell, resolution, result, started, attempts, environment, changed, fence };
  const { record: made, differing } = await publishCell(store, finished);
  if (differing !== undefined) onDifference?.(differing);
  await substitute(store, attempt, recipe, made);
  if (fence !== undefined) await clearOwnWork(store, cell.key, fence);
  if (changes.length > 0) await clearOwnWork(store, planned.key, cell.key === planned.key ? fence : undefined);
  return { ...(await ended(store, run, planned, { state: 'done', seconds: result.seconds })), ...changeOf(recipe) };
}

/** The result is published: what cannot be cleared away, or is the next holder's by now, makes no failure of it. */
async function clearOwnWork(store: Store, key: CellKey, fence: Fence | undefined): Promise<void> {
  try {
    await store.clearWork(key, fence);
  } catch (error) {
    if (!(error instanceof LostLeaseError || error instanceof StoreWriteError)) throw error;
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
