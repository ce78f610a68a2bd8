/** A lease kept alive while the work goes on, and the work stopped when it is lost. */
import { StoreWriteError } from '../store/errors.ts';
import type { Lease } from '../store/store.ts';

/** Well below the lease's length, so that one slow disk access does not lose it. */
const renewEveryMilliseconds = 5000;

export interface KeptLease {
  /** Aborted when the outer signal is, or when somebody else took the lease over. */
  readonly signal: AbortSignal;
  readonly end: () => Promise<void>;
}

export function keepLease(lease: Lease, signal: AbortSignal): KeptLease {
  const lost = new AbortController();
  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renewing.then(async () => {
      // A renewal that fails (a full disk, say) is tried again; the lease outlives several of them.
      const kept = await lease.renew().catch(() => true);
      if (!kept) lost.abort(new Error('the lease was lost: another worker has taken this cell over'));
    });
  }, renewEveryMilliseconds);
  const end = async () => {
    clearInterval(timer);
    await renewing;
    // One that cannot be given back, on a full disk, runs out by itself; that must not turn work done into a failure.
    await lease.release().catch((error: unknown) => {
      if (!(error instanceof StoreWriteError)) throw error;
    });
  };
  return { signal: AbortSignal.any([signal, lost.signal]), end };
}
