/** A run as a workflow: its branches in the order their inputs allow, the pilot first. */
import { CancellationScope, isCancellation, setHandler } from '@temporalio/workflow';
import type { RunReference, Tally } from '../schemas/engine.ts';
import { book } from './activities.ts';
import { createCoordinator } from './coordinator.ts';
import { pauseSignal, progressQuery, resumeSignal } from './messages.ts';

export async function runStudy(reference: RunReference): Promise<Tally> {
  const run = createCoordinator(reference);
  setHandler(pauseSignal, () => run.pause(true));
  setHandler(resumeSignal, () => run.pause(false));
  setHandler(progressQuery, run.progress);
  try {
    const { branches } = await book.openRun(reference);
    // The pilot to its end before anything else starts: a broken last step shows itself before the fan-out.
    await run.drive(branches.filter(({ pilot }) => pilot));
    await run.drive(branches.filter(({ pilot }) => !pilot));
    await book.endRun({ ...reference, state: run.endState() });
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(async () => {
      await run.settled();
      await book.endRun({ ...reference, state: 'cancelled' });
    });
  }
  return run.progress().cells;
}
