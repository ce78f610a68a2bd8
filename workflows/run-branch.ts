/** A branch as a workflow: the unit that runs, fails and is run again alone. */
import {
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BranchEnd, BranchReference, Tally } from '../schemas/engine.ts';
import { book } from './activities.ts';
import { type BranchControl, type BranchWork, createBranchWork } from './branch-work.ts';
import { branchEndedSignal, orderSignal, pauseSignal, resumeSignal, tallyQuery, tellEndSignal } from './messages.ts';
import { emptyTally } from './tally.ts';

export async function runBranch(reference: BranchReference): Promise<Tally> {
  const { branch } = reference;
  const control: BranchControl = { paused: false, orders: [] };
  let work: BranchWork | undefined;
  let isAsked = false;
  setHandler(pauseSignal, () => void (control.paused = true));
  setHandler(resumeSignal, () => void (control.paused = false));
  setHandler(tellEndSignal, () => void (isAsked = true));
  setHandler(orderSignal, order => void control.orders.push(order));
  setHandler(tallyQuery, () => work?.tally() ?? emptyTally);
  try {
    const begun = createBranchWork(reference, await book.readBranch(reference), control);
    work = begun;
    await driveOrCancel(begun);
    if (isAsked) await tellEnd({ branch, tally: begun.tally() });
    return begun.tally();
  } catch (error) {
    if (isAsked) await tellEnd({ branch, tally: work?.tally() ?? emptyTally, failure: failureOf(error) });
    throw error;
  }
}

async function driveOrCancel(work: BranchWork): Promise<void> {
  try {
    await work.drive();
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(work.cancel);
  }
}

/**
 * Signals the run's workflow, whichever execution of it is at it now. One that is over hears nothing; whoever takes the
 * run up again finds what was made here.
 */
async function tellEnd(end: BranchEnd): Promise<void> {
  const run = workflowInfo().parent?.workflowId;
  if (run === undefined) throw new Error('internal: a branch was started by nobody');
  const handle = getExternalWorkflowHandle(run);
  await CancellationScope.nonCancellable(() => handle.signal(branchEndedSignal, end).catch(() => undefined));
}

function failureOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
