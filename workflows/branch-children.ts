/**
 * Branches as children of a run that may go on as another execution: each is started, or found running and waited for.
 * A branch answers the execution that started it; any other is told of its end by a signal, once it has asked.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ParentClosePolicy,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { BranchEnd, RunReference, Tally } from '../schemas/engine.ts';
import { pauseSignal, resumeSignal, tellEndSignal } from './messages.ts';
import { branchWorkflowId } from './queues.ts';
import { runBranch } from './run-branch.ts';

export interface BranchChildren {
  /** Runs a branch to its end. `isRunning`: an earlier execution of this run started it, and it tells its end. */
  readonly run: (branch: number, isRunning: boolean) => Promise<Tally>;
  /** A branch told its end. */
  readonly told: (end: BranchEnd) => void;
  readonly pause: (branch: number, paused: boolean) => Promise<void>;
  /** From here on the branch tells its end by a signal too; false where it has ended before. */
  readonly askForEnd: (branch: number) => Promise<boolean>;
}

export interface BranchChildrenOptions {
  /** Seconds without a word after which a branch is looked for: it may have been ended by hand. */
  readonly patience: number;
  readonly isPaused: () => boolean;
}

export function createBranchChildren(
  reference: RunReference,
  { patience, isPaused }: BranchChildrenOptions,
): BranchChildren {
  const ends = new Map<number, BranchEnd>();
  const starting = new Set<number>();
  /** Those that tell their ends already. */
  const asked = new Set<number>();
  const idOf = (branch: number) => branchWorkflowId(workflowInfo().workflowId, branch);

  /** Undefined where it runs already. */
  const start = async (branch: number) => {
    starting.add(branch);
    try {
      const child = await startChild(runBranch, {
        args: [{ ...reference, branch }],
        workflowId: idOf(branch),
        workflowTaskTimeout: '5s',
        // A branch outlives the execution that started it: activities do not, and cells may take days.
        parentClosePolicy: ParentClosePolicy.ABANDON,
      });
      asked.delete(branch);
      return child;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      throw error;
    } finally {
      starting.delete(branch);
    }
  };

  const askForEnd = async (branch: number) => {
    await condition(() => !starting.has(branch));
    if (asked.has(branch)) return true;
    try {
      await getExternalWorkflowHandle(idOf(branch)).signal(tellEndSignal);
      asked.add(branch);
      return true;
    } catch (error) {
      if (isCancellation(error)) throw error;
      // It is not there any more.
      return false;
    }
  };

  /** What the branch told; undefined where it said nothing for long. */
  const toldEnd = async (branch: number): Promise<BranchEnd | undefined> => {
    try {
      await condition(() => ends.has(branch), `${patience}s`);
    } catch (error) {
      if (!isCancellation(error)) throw error;
      await CancellationScope.nonCancellable(() => callOff(branch));
    }
    return ends.get(branch);
  };

  /**
   * A child that was asked tells its end before it has one. What it told must count at once: if this execution hands
   * over between the two, the next one hears neither.
   */
  const toldResult = async (branch: number): Promise<Tally> => {
    await CancellationScope.nonCancellable(() => condition(() => ends.has(branch)));
    const end = ends.get(branch);
    if (end === undefined) throw new Error('internal: an end that was told is gone');
    return tallyIn(end);
  };

  /** It is no child of this execution, so a cancellation does not reach it by itself. */
  const callOff = async (branch: number) => {
    const told = getExternalWorkflowHandle(idOf(branch))
      .cancel()
      .then(() => condition(() => ends.has(branch), `${patience}s`));
    if (!(await told.catch(() => ends.has(branch)))) throw new Error('it was called off, and did not say how it ended');
  };

  const pause = async (branch: number, paused: boolean) => {
    try {
      await getExternalWorkflowHandle(idOf(branch)).signal(paused ? pauseSignal : resumeSignal);
    } catch (error) {
      // One that has ended at this moment needs no telling.
      if (isCancellation(error)) throw error;
    }
  };

  const run = async (branch: number, isRunning: boolean): Promise<Tally> => {
    if (isRunning) asked.add(branch);
    for (let runs = isRunning; ; runs = false) {
      const child = runs ? undefined : await start(branch);
      if (child !== undefined) {
        if (isPaused()) await child.signal(pauseSignal);
        return Promise.race([child.result(), toldResult(branch)]);
      }
      if (!runs) {
        asked.delete(branch);
        if (!(await askForEnd(branch))) continue;
        await pause(branch, isPaused());
      }
      const end = await toldEnd(branch);
      if (end === undefined) continue;
      return tallyIn(end);
    }
  };

  return { run, told: end => void ends.set(end.branch, end), pause, askForEnd };
}

function tallyIn({ tally, failure }: BranchEnd): Tally {
  if (failure !== undefined) throw new Error(failure);
  return tally;
}
