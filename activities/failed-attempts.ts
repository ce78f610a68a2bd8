/** The book of failed attempts: each class has a budget of its own, and may change what is tried next. */
import type { FailedAttempt } from '../schemas/cell-record.ts';
import { type FailureClass, backOffSeconds, changeableClasses, failurePolicies } from '../schemas/failure.ts';
import type { PlanCell } from '../schemas/plan.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import type { CellKey } from '../schemas/identity.ts';
import { LostLeaseError } from '../store/errors.ts';
import type { Fence, Store } from '../store/store.ts';
import type { AttemptResult } from './attempt-cell.ts';
import { type CellFailure, classify } from './cell-failure.ts';
import { type AttemptedCell, describeChanges, possibleRecipes, recipeAfter } from './changed-recipe.ts';

/** Whose failures are counted. */
export interface Counted {
  readonly store: Store;
  readonly run: string;
  readonly planned: PlanCell;
  /** Undefined where this worker does not know the kind, which is a failure itself. */
  readonly kind: StepKind | undefined;
}

/** The recipe that is to be tried now. */
export async function nextRecipe(counted: Counted & { readonly kind: StepKind }): Promise<AttemptedCell> {
  const { store, run, planned, kind } = counted;
  if (planned.on_failure === undefined) return { cell: planned, changes: [] };
  const now = recipeAfter(planned, kind, failuresByClass(await store.attempts(planned.key), run));
  if (now.changes.length > 0) return now;
  // An earlier run has been through these failures: what it made in the end stands, and its record says how it came to it.
  for (const recipe of possibleRecipes(planned, kind)) {
    if (recipe.cell.key === planned.key) continue;
    const record = await store.record(recipe.cell.key);
    if (record?.changed?.planned === planned.key) return recipe;
  }
  return now;
}

/** How an attempt went that failed. */
export interface FailedWork {
  readonly seconds: number;
  /** Seconds since the last checkpoint. */
  readonly unsaved: number;
  readonly host: string;
  /** Of the lease under which it worked. */
  readonly fence?: Fence | undefined;
}

/** Books a failure, and says whether the cell is tried again, when, and how differently. */
export async function countFailure(counted: Counted, failure: CellFailure, work: FailedWork): Promise<AttemptResult> {
  const { store, run, planned } = counted;
  const before = (await store.attempts(planned.key)).filter(each => each.run === run);
  const used = before.filter(each => each.class === failure.class).length + 1;
  const changes = ladderOf(planned, failure.class).length;
  // What was kept of earlier attempts is lost as well where the cell is given up.
  const kept = before.reduce((sum, each) => sum + each.seconds - each.lost_seconds, 0);
  if (used >= Math.max(failurePolicies[failure.class].attempts, changes + 1)) {
    const lost = work.seconds + kept;
    return { ended: { cell: planned.index, state: 'failed', class: failure.class }, reason: failure.message, lost };
  }
  // Another recipe cannot go on from where this one was.
  const lost = used <= changes ? work.seconds : Math.min(work.seconds, work.unsaved);
  const attempt: FailedAttempt = {
    run,
    class: failure.class,
    message: failure.message,
    started: new Date(Date.now() - work.seconds * 1000).toISOString(),
    seconds: work.seconds,
    lost_seconds: lost,
    host: work.host,
  };
  const uncounted = await countAttempt(store, planned.key, { attempt, fence: work.fence });
  if (uncounted !== undefined) return uncounted;
  const changed = used <= changes ? changeAfter(counted, [...before, attempt]) : undefined;
  return {
    retry: backOffSeconds(failure.class, used),
    failure,
    reason: failure.message,
    lost,
    ...(changed === undefined ? {} : { changed }),
  };
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

function changeAfter({ run, planned, kind }: Counted, attempts: readonly FailedAttempt[]): string | undefined {
  return kind && describeChanges(recipeAfter(planned, kind, failuresByClass(attempts, run)).changes);
}

function ladderOf(planned: PlanCell, failure: FailureClass) {
  const changeable = changeableClasses.find(each => each === failure);
  return (changeable && planned.on_failure?.[changeable]) ?? [];
}

/** Only this run's failures count: running a study again gives every cell its full budget. */
function failuresByClass(attempts: readonly FailedAttempt[], run: string): ReadonlyMap<FailureClass, number> {
  const counts = new Map<FailureClass, number>();
  for (const each of attempts) if (each.run === run) counts.set(each.class, (counts.get(each.class) ?? 0) + 1);
  return counts;
}
