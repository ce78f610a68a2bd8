/**
 * The branches of one run: each started when what it needs has ended, so many at once. Before its history grows long
 * the run goes on as another execution, which knows what has ended and waits for the branches that are under way.
 */
import { CancellationScope, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import type {
  BranchEnd,
  BranchMarks,
  BranchOverview,
  CarriedRun,
  RunProgress,
  RunStudyInput,
  Tally,
} from '../schemas/engine.ts';
import { numbersIn, rangesOf } from '../schemas/ranges.ts';
import { book } from './activities.ts';
import { createBranchChildren } from './branch-children.ts';
import { createFrontier } from './frontier.ts';
import { addTally, emptyTally } from './tally.ts';

/** Branches running at once: enough to feed every slot, few enough for one coordinator's history and wake-ups. */
const window = 50;

/**
 * A branch costs at most nine events (started, ended, and two wake-ups), and handing over the window some six hundred:
 * this many leave a history well under 4,000. An hour without a word is nothing for a branch of heavy cells.
 */
const usualBounds = { events: 2500, patience: 3600 };

export interface Coordinator {
  /** Runs these branches, and what has been given before: `ended`, or `full` when the history is. */
  readonly drive: (branches: readonly BranchOverview[]) => Promise<'ended' | 'full'>;
  /** After `full`: has the branches under way tell their ends to whoever comes next, and says where the run stands. */
  readonly handOver: (marks: BranchMarks) => Promise<CarriedRun>;
  /**
   * After a cancellation, in the scope that it cancelled: reaches also the branches of an earlier execution that this
   * one has not come to yet.
   */
  readonly callOff: () => void;
  /** Resolves when no branch is running. */
  readonly settled: () => Promise<void>;
  readonly pause: (paused: boolean) => void;
  readonly branchEnded: (end: BranchEnd) => void;
  readonly progress: () => RunProgress;
  readonly endState: () => 'done' | 'failed';
}

export function createCoordinator({ run, plan, carried, bounds = usualBounds }: RunStudyInput): Coordinator {
  const reference = { run, plan };
  const frontier = createFrontier();
  const inherited = new Set(carried?.running);
  const endedBefore = new Set(numbersIn(carried?.ended ?? []));
  const ended = new Set<number>();
  const running = new Set<number>();
  /** Those that may wait for a person for days: they take no place in the window. */
  const waits = new Set<number>();
  let due: number[] = [];
  let cells: Tally = carried?.cells ?? emptyTally;
  let paused = carried?.paused ?? false;
  let broken = carried?.broken ?? false;
  let total = 0;
  let notes = 0;
  const children = createBranchChildren(reference, { patience: bounds.patience, isPaused: () => paused });

  const note = async (event: Parameters<typeof book.noteRun>[0]['event']) => {
    notes += 1;
    // A run that is called off still says what happened before.
    await CancellationScope.nonCancellable(() => book.noteRun({ ...reference, event })).finally(() => (notes -= 1));
  };

  const work = async (branch: number) => {
    running.add(branch);
    try {
      const tally = await children.run(branch, inherited.has(branch));
      cells = addTally(cells, tally);
    } catch (error) {
      if (!isCancellation(error)) {
        broken = true;
        await note({ branch, message: messageOf(error) });
      }
    } finally {
      running.delete(branch);
      end(branch);
    }
  };

  /** A branch that lost cells still ends: what needs them finds out by itself, cell by cell. */
  const end = (branch: number) => {
    frontier.finished(branch, { state: 'done' });
    ended.add(branch);
  };

  const isFull = () => workflowInfo().historyLength >= bounds.events || workflowInfo().continueAsNewSuggested;

  /** Those that an earlier execution has started at once, paused or not; of the others as many as have room. */
  const start = () => {
    const ready = frontier.ready();
    if (ready.length > 0) due = [...due, ...ready.filter(each => !inherited.has(each))].sort((a, b) => a - b);
    for (const branch of ready) if (inherited.has(branch)) void work(branch);
    if (paused) return;
    const waiting = due.filter(branch => waits.has(branch));
    const places = window - [...running].filter(branch => !waits.has(branch)).length;
    const begun = new Set([...waiting, ...due.filter(branch => !waits.has(branch)).slice(0, Math.max(0, places))]);
    due = due.filter(branch => !begun.has(branch));
    for (const branch of begun) void work(branch);
  };

  const drive = async (branches: readonly BranchOverview[]) => {
    total += branches.length;
    for (const branch of branches) if (branch.waits === true) waits.add(branch.id);
    for (const { id, needs } of branches)
      frontier.add({ id, needs: needs.map(of => ({ of: [of], quorum: 1 })), guards: [] });
    for (const { id, recorded } of branches) if (recorded || endedBefore.has(id)) end(id);
    while (frontier.more()) {
      start();
      const [endedNow, pausedNow] = [ended.size, paused];
      await condition(() => ended.size > endedNow || paused !== pausedNow);
      if (isFull() && frontier.more()) return 'full';
    }
    return 'ended';
  };

  const handOver = async (marks: BranchMarks): Promise<CarriedRun> => {
    await Promise.all(
      [...running].map(async branch => {
        // One that has ended tells this execution, which therefore waits for it.
        if (!(await children.askForEnd(branch))) await condition(() => !running.has(branch));
      }),
    );
    await condition(() => notes === 0);
    return { marks, ended: rangesOf([...ended]), running: [...running], cells, paused, broken };
  };

  const pause = (wanted: boolean) => {
    if (paused === wanted) return;
    paused = wanted;
    for (const branch of running) void children.pause(branch, wanted);
    void note(wanted ? 'run-paused' : 'run-resumed');
  };

  const callOff = () => {
    for (const branch of inherited) if (!ended.has(branch) && !running.has(branch)) void work(branch);
  };

  return {
    drive,
    handOver,
    callOff,
    settled: () => condition(() => running.size === 0),
    pause,
    branchEnded: children.told,
    progress: () => ({ paused, branches: { total, ended: ended.size, running: running.size }, cells }),
    endState: () => (broken || cells.failed + cells.blocked + cells.cancelled > 0 ? 'failed' : 'done'),
  };
}

function messageOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
