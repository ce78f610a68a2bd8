/** A run as a workflow: its branches in the order their inputs allow, the pilot first. */
import { CancellationScope, continueAsNew, isCancellation, setHandler } from '@temporalio/workflow';
import type { RunStudyInput, Tally } from '../schemas/engine.ts';
import { book } from './activities.ts';
import { type Coordinator, createCoordinator } from './coordinator.ts';
import { branchEndedSignal, pauseSignal, progressQuery, resumeSignal } from './messages.ts';
import { type BranchList, branchesFrom, openBranches } from './read-branches.ts';

export async function runStudy(input: RunStudyInput): Promise<Tally> {
  const { run, plan } = input;
  const coordinator = createCoordinator(input);
  setHandler(pauseSignal, () => coordinator.pause(true));
  setHandler(resumeSignal, () => coordinator.pause(false));
  setHandler(branchEndedSignal, coordinator.branchEnded);
  setHandler(progressQuery, coordinator.progress);
  try {
    const list = await branchesOf(input);
    if ((await driveAll(coordinator, list)) === 'full') {
      const carried = await coordinator.handOver(list.marks);
      await continueAsNew<typeof runStudy>({ ...input, carried });
    }
    await book.endRun({ run, plan, state: coordinator.endState() });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    coordinator.callOff();
    await CancellationScope.nonCancellable(async () => {
      await coordinator.settled();
      await book.endRun({ run, plan, state: 'cancelled' });
    });
  }
  return coordinator.progress().cells;
}

async function branchesOf(input: RunStudyInput): Promise<BranchList> {
  const { carried } = input;
  if (carried === undefined) return openBranches(input);
  return { branches: await branchesFrom(input, 0, carried.marks), marks: carried.marks };
}

/** The pilot to its end before anything else starts: a broken last step shows itself before the fan-out. */
async function driveAll(coordinator: Coordinator, { branches }: BranchList): Promise<'ended' | 'full'> {
  const pilots = await coordinator.drive(branches.filter(({ pilot }) => pilot));
  return pilots === 'full' ? pilots : coordinator.drive(branches.filter(({ pilot }) => !pilot));
}
