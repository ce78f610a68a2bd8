/** The activity that does the work: cells of one branch, each published before it counts. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import type { CellOutcome, RunCellsInput } from '../schemas/engine.ts';
import { type PlanCell, cellName } from '../schemas/plan.ts';
import type { RunEvent } from '../schemas/run.ts';
import type { LeaseOwner } from '../store/store.ts';
import { atMost } from './at-most.ts';
import { type AttemptDependencies, type AttemptHooks, type AttemptResult, attemptCell } from './attempt-cell.ts';
import type { CellProgress } from './compute.ts';
import { createEventBuffer, type EventBuffer } from './event-buffer.ts';
import type { TellServer } from './engine-activity.ts';
import type { PlanReader } from './plan-reader.ts';
import type { Remake } from './sound-inputs.ts';

/** Light cells under way at once within an activity: their cost is the latency of the disk. */
const lightAtOnce = 16;

export interface CellRunners {
  readonly light: AttemptDependencies;
  readonly heavy: AttemptDependencies;
}

export interface RunCellsDependencies {
  readonly runners: CellRunners;
  readonly plans: PlanReader;
  readonly tell: TellServer;
  /** Aborted when the worker is to leave. */
  readonly stopping: AbortSignal;
}

export async function runCells(
  { runners, plans, tell, stopping }: RunCellsDependencies,
  input: RunCellsInput,
): Promise<CellOutcome[]> {
  const events = createEventBuffer(runners.light.store, input.run);
  const cells = await findCells(plans, input);
  const signal = AbortSignal.any([Context.current().cancellationSignal, stopping]);
  const run = (cell: PlanCell): Promise<AttemptResult> => {
    const onProgress = (progress: CellProgress) => {
      events.addProgress(progressEvent(cell, progress));
      tell({ cell: cellName(cell.step, cell.at), key: cell.key, ...progress });
    };
    const remake = async (index: number) => run(await findAnyCell(plans, input.plan, index));
    return runCell(runners[cell.weight], input.run, cell, { events, onProgress, remake, signal });
  };
  const results = await atMost(lightAtOnce, cells, run);
  await events.flush();
  return outcomesOf(results);
}

async function findCells(plans: PlanReader, { plan, branch, cells }: RunCellsInput): Promise<PlanCell[]> {
  const slice = await plans.cells(plan, branch);
  return cells.map(index => {
    const cell = slice.get(index);
    if (cell === undefined) throw new Error(`internal: branch ${branch} has no cell ${index}`);
    return cell;
  });
}

/** A cell of whichever branch: seldom asked for, so that no index of branches is kept for it. */
async function findAnyCell(plans: PlanReader, plan: string, index: number): Promise<PlanCell> {
  for (const branch of (await plans.head(plan)).branches) {
    const cell = (await plans.cells(plan, branch.index)).get(index);
    if (cell !== undefined) return cell;
  }
  throw new Error(`internal: the plan has no cell ${index}`);
}

async function runCell(
  runner: AttemptDependencies,
  run: string,
  cell: PlanCell,
  {
    events,
    onProgress,
    remake,
    signal,
  }: Pick<AttemptHooks, 'onProgress' | 'signal'> & { readonly events: EventBuffer; readonly remake: Remake },
): Promise<AttemptResult> {
  const { info } = Context.current();
  const result = await attemptCell(runner, run, cell, {
    signal,
    onStart: () => {
      if (cell.weight === 'heavy')
        events.add({ event: 'cell-started', at: now(), cell: cell.index, attempt: info.attempt });
    },
    onProgress,
    onVanished: ({ class: failure, message, lost_seconds: lost }) =>
      events.add({ event: 'cell-attempt-failed', at: now(), cell: cell.index, class: failure, message, lost }),
    remake,
    onDifference: outputs => events.add({ event: 'nondeterminism', at: now(), cell: cell.index, outputs }),
  });
  const event = eventOf(cell, result);
  if (event !== undefined) events.add(event);
  return result;
}

/** Milliseconds. The server takes a delay of nothing for no further attempt. */
const shortestRetry = 50;

/** Outcomes of all cells; if any must be tried again, the activity fails so that Temporal brings it back in time. */
function outcomesOf(results: readonly AttemptResult[]): CellOutcome[] {
  const retries = results.flatMap(result => ('retry' in result ? [result] : []));
  const [first] = retries;
  if (first === undefined) return results.flatMap(result => ('ended' in result ? [result.ended] : []));
  if (isCancelled()) throw new CancelledFailure(first.reason);
  throw ApplicationFailure.create({
    type: first.failure?.class ?? 'held',
    message: first.reason,
    nextRetryDelay: Math.max(shortestRetry, Math.round(1000 * Math.min(...retries.map(({ retry }) => retry)))),
  });
}

/** Called off for good; a worker that shuts down, or a next attempt asked for, only interrupts. */
function isCancelled(): boolean {
  const { cancellationSignal, cancellationDetails } = Context.current();
  const { reason, aborted } = cancellationSignal;
  return (
    aborted && cancellationDetails?.reset !== true && !(reason instanceof Error && reason.message === 'WORKER_SHUTDOWN')
  );
}

function eventOf(cell: PlanCell, result: AttemptResult): RunEvent | undefined {
  if ('ended' in result) {
    const { state, verdict, class: failure } = result.ended;
    return {
      event: 'cell-ended',
      at: now(),
      cell: cell.index,
      state,
      ...(result.reason === undefined ? {} : { reason: result.reason }),
      ...(result.seconds === undefined ? {} : { seconds: result.seconds }),
      ...(result.lost === undefined ? {} : { lost: result.lost }),
      ...(result.changed === undefined ? {} : { changed: result.changed }),
      ...(failure === undefined ? {} : { class: failure }),
      ...(verdict === undefined ? {} : { verdict }),
    };
  }
  if (result.holder !== undefined) return isToldAgain() ? waitingEvent(cell, result.holder, result.retry) : undefined;
  // Waiting for another run that is at the same cell is no failure, and neither is being called off.
  if (result.failure === undefined || isCancelled()) return undefined;
  return {
    event: 'cell-attempt-failed',
    at: now(),
    cell: cell.index,
    class: result.failure.class,
    message: result.reason,
    retry_in: result.retry,
    ...(result.lost === undefined ? {} : { lost: result.lost }),
    ...(result.changed === undefined ? {} : { changed: result.changed }),
  };
}

/** Somebody may be at a cell for a day, which is looked at every few seconds: told at the first looks, then at every doubling. */
function isToldAgain(): boolean {
  const { attempt } = Context.current().info;
  return attempt <= 4 || Number.isInteger(Math.log2(attempt));
}

function waitingEvent(cell: PlanCell, { host, pid, purpose }: LeaseOwner, seconds: number): RunEvent {
  const until = new Date(Date.now() + 1000 * seconds).toISOString();
  return { event: 'cell-waiting', at: now(), cell: cell.index, owner: { host, pid, purpose }, until };
}

function progressEvent(cell: PlanCell, progress: CellProgress): RunEvent {
  return { event: 'cell-progress', at: now(), cell: cell.index, ...progress };
}

function now(): string {
  return new Date().toISOString();
}
