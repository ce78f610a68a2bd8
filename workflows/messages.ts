/** Signals and queries of the workflows, by name. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { RunProgress, Tally } from '../schemas/engine.ts';

/** To a run or a branch: start nothing new; what runs goes on to its end. */
export const pauseSignal = defineSignal('pause');

/** To a run or a branch: go on. */
export const resumeSignal = defineSignal('resume');

/** Of a run. */
export const progressQuery = defineQuery<RunProgress>('progress');

/** Of a branch: its cells by how they ended. */
export const tallyQuery = defineQuery<Tally>('tally');
