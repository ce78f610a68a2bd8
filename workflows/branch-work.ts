/** The cells of one branch under way: what is ready is started, what ends is settled, until nothing is left. */
import { condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { BranchCell, BranchGraph, BranchReference, CellOutcome, Tally } from '../schemas/engine.ts';
import { book, heavy, light } from './activities.ts';
import { type Consequence, createFrontier } from './frontier.ts';
import { tallyOf } from './tally.ts';

/** Light cells per activity: few enough that a retry repeats little, many enough that Temporal's cost vanishes. */
const lightBatch = 50;

/** Light activities in flight per branch: the worker's light slots are busy, and the next batches wait beside them. */
const lightWindow = 8;

export interface BranchWork {
  /** Runs everything that can run; throws on cancellation, or when an activity fails in a way it never should. */
  readonly drive: () => Promise<void>;
  /** After a cancellation: waits for what is in flight, and gives every other cell its end. */
  readonly cancel: () => Promise<void>;
  readonly tally: () => Tally;
}

export function createBranchWork(
  reference: BranchReference,
  graph: BranchGraph,
  control: { paused: boolean },
): BranchWork {
  const frontier = createFrontier();
  const compute = heavy(workflowInfo().taskQueue);
  const states = new Map<number, CellOutcome['state']>();
  const isLight = new Set(graph.cells.filter(cell => cell.weight === 'light').map(cell => cell.id));
  const inbox: CellOutcome[] = [...graph.ended];
  let lightQueue: number[] = [];
  let heavyQueue: number[] = [];
  let lightInFlight = 0;
  let inFlight = 0;
  let failure: unknown;

  const launch = async (cells: readonly number[], activity: Promise<CellOutcome[]>) => {
    inFlight += 1;
    try {
      inbox.push(...(await activity));
    } catch (error) {
      if (isCancellation(error)) inbox.push(...cells.map(cell => ({ cell, state: 'cancelled' as const })));
      else failure ??= error;
    } finally {
      inFlight -= 1;
    }
  };

  const canStart = () => heavyQueue.length > 0 || (lightQueue.length > 0 && lightInFlight < lightWindow);

  const start = () => {
    for (const cell of heavyQueue) void launch([cell], compute.runCells({ ...reference, cells: [cell] }));
    heavyQueue = [];
    while (lightQueue.length > 0 && lightInFlight < lightWindow) {
      const cells = lightQueue.slice(0, lightBatch);
      lightQueue = lightQueue.slice(cells.length);
      lightInFlight += 1;
      const activity = light.runCells({ ...reference, cells });
      void launch(cells, activity).then(() => (lightInFlight -= 1));
    }
  };

  /** Takes in what has ended, and tells the log of cells that nobody else will tell of. */
  const settle = async () => {
    const taken = inbox.splice(0);
    const cancelled = taken
      .filter(({ state }) => state === 'cancelled')
      .map(({ cell }) => ({ id: cell, state: 'cancelled' as const }));
    const consequences = taken.flatMap(outcome => {
      states.set(outcome.cell, outcome.state);
      return frontier.finished(outcome.cell, frontierOutcome(outcome));
    });
    await note([...cancelled, ...consequences]);
    for (const id of frontier.ready()) (isLight.has(id) ? lightQueue : heavyQueue).push(id);
  };

  const note = async (ends: readonly (Omit<Consequence, 'because'> & { readonly because?: number })[]) => {
    if (ends.length === 0) return;
    for (const { id, state } of ends) states.set(id, state);
    const outcomes = ends.map(({ id, state, because }) => ({
      cell: id,
      state,
      ...(because === undefined ? {} : { because }),
    }));
    await book.noteOutcomes({ ...reference, outcomes });
  };

  const drive = async () => {
    await note(graph.cells.flatMap(cell => frontier.add(cell)));
    for (;;) {
      await settle();
      if (failure !== undefined) throw failure;
      if (!frontier.more()) return;
      if (!control.paused) start();
      if (inFlight === 0 && inbox.length === 0 && !control.paused)
        throw new Error('internal: cells are left, but none can run');
      await condition(() => inbox.length > 0 || failure !== undefined || (!control.paused && canStart()));
    }
  };

  const cancel = async () => {
    await condition(() => inFlight === 0);
    await settle();
    const left = graph.cells.filter((cell: BranchCell) => frontier.outcome(cell.id) === undefined);
    await note(left.map(({ id }) => ({ id, state: 'cancelled' })));
  };

  return { drive, cancel, tally: () => tallyOf(states.values()) };
}

function frontierOutcome({ state, verdict }: CellOutcome) {
  const ended = state === 'cached' ? 'done' : state;
  return verdict === undefined ? { state: ended } : { state: ended, verdict };
}
