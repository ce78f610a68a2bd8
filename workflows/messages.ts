/** Signals and queries of the workflows, by name. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { BranchEnd, BranchOrder, RunProgress, Tally } from '../schemas/engine.ts';

/** To a run or a branch: start nothing new; what runs goes on to its end. */
export const pauseSignal = defineSignal('pause');

/** To a run or a branch: go on. */
export const resumeSignal = defineSignal('resume');

/** To a branch: another execution of the run waits for it than the one that started it, so its end is to be told. */
export const tellEndSignal = defineSignal('tell-end');

/** To a run, by a branch that was asked to: it has ended. Said twice it means the same. */
export const branchEndedSignal = defineSignal<[BranchEnd]>('branch-ended');
/** To a branch: what a person orders of its cells. The run's event log has it before the signal goes out. */
export const orderSignal = defineSignal<[BranchOrder]>('order');

/** Of a run. */
export const progressQuery = defineQuery<RunProgress>('progress');

/** Of a branch: its cells by how they ended. */
export const tallyQuery = defineQuery<Tally>('tally');
