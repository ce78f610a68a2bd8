/**
 * Workers whose every step waits for leave: each call to the store stops before and after what it does, and goes on
 * when the test says so. A worker that is never given leave again has died there, as after kill -9.
 */
import type { MemoryStore } from '../../../store/memory-store.ts';
import type { Lease, Store } from '../../../store/store.ts';

export interface SteppedWorker {
  readonly name: number;
  alive: boolean;
  /** Stopped as by SIGSTOP: its timers and steps wait. */
  asleep: boolean;
  /** It was asleep at some time, so that it may have lost a lease without a word. */
  overslept: boolean;
  readonly shutdown: AbortController;
  /** What its next call to the store fails with, before it has done anything or after it has done everything. */
  failure: { readonly code: 'ENOSPC' | 'EIO'; readonly done: boolean } | undefined;
}

interface Stop {
  readonly worker: SteppedWorker;
  readonly goOn: () => void;
}

export interface Steps {
  /** Waits for leave. */
  readonly step: (worker: SteppedWorker) => Promise<void>;
  /** Lets one of the workers that are awake, or this one, take its next step; false where none waits. */
  readonly letOneGoOn: (drawn: number, of?: SteppedWorker) => boolean;
  /** The worker is gone at whatever it was doing. */
  readonly kill: (worker: SteppedWorker) => void;
}

export function createSteps(): Steps {
  let stops: Stop[] = [];
  return {
    step: worker => new Promise(resolve => void (worker.alive && stops.push({ worker, goOn: resolve }))),
    letOneGoOn: (drawn, of) => {
      const awake = stops.filter(({ worker }) => !worker.asleep && (of === undefined || worker === of));
      const chosen = awake[drawn % Math.max(1, awake.length)];
      if (chosen === undefined) return false;
      stops = stops.filter(stop => stop !== chosen);
      chosen.goOn();
      return true;
    },
    kill: worker => {
      worker.alive = false;
      stops = stops.filter(stop => stop.worker !== worker);
    },
  };
}

/** The store as one attempt of a worker has it; `onLease` hears who holds which key. */
export function steppedStore(
  store: MemoryStore,
  step: () => Promise<void>,
  {
    failure,
    onLease,
    renewal,
  }: {
    /** Taken by the call that asks. */
    readonly failure: () => SteppedWorker['failure'];
    readonly onLease: (key: string) => void;
    readonly renewal: () => Promise<void>;
  },
): Store {
  const around = <Arguments extends unknown[], Result>(call: (...given: Arguments) => Promise<Result>) => {
    return async (...given: Arguments): Promise<Result> => {
      await step();
      const broken = failure();
      if (broken?.done === false) throw failureOf(broken.code);
      const result = await call(...given);
      if (broken !== undefined) throw failureOf(broken.code);
      await step();
      return result;
    };
  };
  return {
    ...store,
    get: around(store.get),
    put: around(store.put),
    publish: around(store.publish),
    record: around(store.record),
    recordByContent: around(store.recordByContent),
    attempts: around(store.attempts),
    addAttempt: around(store.addAttempt),
    clearWork: around(store.clearWork),
    checkpointTime: around(store.checkpointTime),
    events: around(store.events),
    // No step after it: dying there is dying at the next one, and the lease is not renewed before it is in hand.
    acquireLease: async (key, owner, seconds) => {
      await step();
      const lease = await store.acquireLease(key, owner, seconds);
      if (!lease.held) return lease;
      onLease(key);
      return { ...lease, renew: renewing(lease, renewal), release: around(() => lease.release()) };
    },
  };
}

function failureOf(code: string): Error {
  return Object.assign(new Error(`as drawn: ${code}`), { code });
}

/** Renewals are no step of their own: a worker that is awake renews in time, one that sleeps or is dead does not. */
function renewing(lease: Lease, renewal: () => Promise<void>): () => Promise<boolean> {
  return async () => {
    await renewal();
    return lease.renew();
  };
}
