/** What every activity of the engine does around its work: it shows that it lives, and fails for good where that helps. */
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import type { CellKey } from '../schemas/identity.ts';
import { classify } from './cell-failure.ts';
import type { CellProgress } from './compute.ts';

/** Attempts at an activity: at the longest back-off some minutes. A full disk is waited for as long as it takes. */
const engineAttempts = 30;

/** Far below the heartbeat timeout, so that a busy moment is not taken for death. */
const heartbeatMilliseconds = 2000;

/** What the server shows of an activity under way: the cell, how far it is, and the checkpoint that would be gone on from. */
export interface CellHeartbeat extends CellProgress {
  readonly cell: string;
  readonly key: CellKey;
}

/** Says what the next heartbeats carry. */
export type TellServer = (details: CellHeartbeat) => void;

/**
 * The engine's own trouble, not a cell's, ends here: a store that cannot be written is tried again for a while, a bug
 * is not.
 */
export function engineActivity<Input, Output>(
  work: (input: Input, tell: TellServer) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async input => {
    const context = Context.current();
    let told: CellHeartbeat | undefined;
    const beating = setInterval(() => context.heartbeat(told), heartbeatMilliseconds);
    try {
      return await work(input, details => (told = details));
    } catch (error) {
      throw finalIfHopeless(error);
    } finally {
      clearInterval(beating);
    }
  };
}

function finalIfHopeless(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const tired = Context.current().info.attempt >= engineAttempts && classify(error).class !== 'quota';
  const hopeless = message.startsWith('internal:') || tired;
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure || !hopeless) return error;
  const cause = error instanceof Error ? { cause: error } : {};
  return ApplicationFailure.create({ type: 'engine', message, nonRetryable: true, ...cause });
}
