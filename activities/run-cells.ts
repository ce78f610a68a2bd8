/** The activity that does the work: cells of one branch, each published before it counts. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import type { CellOutcome, RunCellsInput } from '../schemas/engine.ts';
import type { PlanCell } from '../schemas/plan.ts';
import type { RunEvent } from '../schemas/run.ts';
import { type AttemptDependencies, type AttemptResult, attemptCell } from './attempt-cell.ts';
import { createEventBuffer, type EventBuffer } from './event-buffer.ts';
import type { PlanReader } from './plan-reader.ts';
import type { StepProgress } from './step-body.ts';

/** Light cells under way at once within an activity: their cost is the latency of the disk. */
const lightAtOnce = 16;

/** Far below the heartbeat timeout, so that a busy moment is not taken for death. */
const heartbeatMilliseconds = 2000;

export interface CellRunners {
  readonly light: AttemptDependencies;
  readonly heavy: AttemptDependencies;
}

export async function runCells(runners: CellRunners, plans: PlanReader, input: RunCellsInput): Promise<CellOutcome[]> {
  const slice = await plans.cells(input.plan, input.branch);
  const cells = input.cells.map(index => {
    const cell = slice.get(index);
    if (cell === undefined) throw new Error(`internal: branch ${input.branch} has no cell ${index}`);
    return cell;
  });
  const events = createEventBuffer(runners.light.store, input.run);
  const beating = setInterval(() => Context.current().heartbeat(), heartbeatMilliseconds);
  try {
    const results = await atMost(lightAtOnce, cells, cell => runCell(runners, input.run, cell, events));
    await events.flush();
    return outcomesOf(results);
  } catch (error) {
    throw unlessHopeless(error);
  } finally {
    clearInterval(beating);
  }
}

/** The engine's own trouble, not a cell's: a store that cannot be written is tried again, a bug is not. */
const engineAttempts = 30;

function unlessHopeless(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const hopeless = message.startsWith('internal:') || Context.current().info.attempt >= engineAttempts;
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure || !hopeless) return error;
  return ApplicationFailure.create({
    type: 'engine',
    message,
    nonRetryable: true,
    ...(error instanceof Error ? { cause: error } : {}),
  });
}

async function runCell(runners: CellRunners, run: string, cell: PlanCell, events: EventBuffer): Promise<AttemptResult> {
  const { info, cancellationSignal } = Context.current();
  const result = await attemptCell(runners[cell.weight], run, cell, {
    signal: cancellationSignal,
    onStart: () => {
      if (cell.weight === 'heavy')
        events.add({ event: 'cell-started', at: now(), cell: cell.index, attempt: info.attempt });
    },
    onProgress: progress => events.addProgress(progressEvent(cell, progress)),
  });
  const event = eventOf(cell, result);
  if (event !== undefined) events.add(event);
  return result;
}

/** Outcomes of all cells; if any must be tried again, the activity fails so that Temporal brings it back in time. */
function outcomesOf(results: readonly AttemptResult[]): CellOutcome[] {
  const retries = results.flatMap(result => ('retry' in result ? [result] : []));
  const [first] = retries;
  if (first === undefined) return results.flatMap(result => ('ended' in result ? [result.ended] : []));
  const { cancellationSignal, cancellationDetails } = Context.current();
  if (cancellationSignal.aborted && cancellationDetails?.cancelRequested === true)
    throw new CancelledFailure(first.reason);
  throw ApplicationFailure.create({
    type: first.failure?.class ?? 'held',
    message: first.reason,
    nextRetryDelay: Math.round(1000 * Math.min(...retries.map(({ retry }) => retry))),
  });
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
      ...(failure === undefined ? {} : { class: failure }),
      ...(verdict === undefined ? {} : { verdict }),
    };
  }
  // Waiting for another run that is at the same cell is no failure.
  if (result.failure === undefined) return undefined;
  return {
    event: 'cell-attempt-failed',
    at: now(),
    cell: cell.index,
    class: result.failure.class,
    message: result.reason,
    retry_in: result.retry,
  };
}

function progressEvent(cell: PlanCell, { step, steps, loss }: StepProgress): RunEvent {
  return { event: 'cell-progress', at: now(), cell: cell.index, step, steps, ...(loss === undefined ? {} : { loss }) };
}

function now(): string {
  return new Date().toISOString();
}

/** Maps with a bounded number under way. */
async function atMost<Item, Result>(
  limit: number,
  items: readonly Item[],
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await map(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  return results;
}
