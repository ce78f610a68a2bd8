/** A branch as a workflow: the unit that runs, fails and is run again alone. */
import { CancellationScope, isCancellation, setHandler } from '@temporalio/workflow';
import type { BranchReference, Tally } from '../schemas/engine.ts';
import { book } from './activities.ts';
import { type BranchControl, type BranchWork, createBranchWork } from './branch-work.ts';
import { orderSignal, pauseSignal, resumeSignal, tallyQuery } from './messages.ts';
import { emptyTally } from './tally.ts';

export async function runBranch(reference: BranchReference): Promise<Tally> {
  const control: BranchControl = { paused: false, orders: [] };
  let work: BranchWork | undefined;
  setHandler(pauseSignal, () => void (control.paused = true));
  setHandler(resumeSignal, () => void (control.paused = false));
  setHandler(orderSignal, order => void control.orders.push(order));
  setHandler(tallyQuery, () => work?.tally() ?? emptyTally);
  const begun = createBranchWork(reference, await book.readBranch(reference), control);
  work = begun;
  try {
    await begun.drive();
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(begun.cancel);
  }
  return begun.tally();
}
