/**
 * Why an attempt at a cell failed, and what is done about each class: the only such table. Plain constants without
 * imports, because workflows read it inside their sandbox.
 */
export const failureClasses = [
  'user',
  'diverged',
  'out-of-memory',
  'quota',
  'preempted',
  'infrastructure',
  'refused',
] as const;

/**
 * `user`: the input or parameters are wrong. `diverged`: NaN or infinite loss. `out-of-memory`: the compute process was
 * killed for memory or an allocation failed. `quota`: disk, inodes, HTTP 429. `preempted`: the machine took its time
 * back (SIGTERM, a vanished worker). `infrastructure`: anything else that broke around the cell. `refused`: an API
 * declined on policy.
 */
export type FailureClass = (typeof failureClasses)[number];

export interface FailurePolicy {
  /** Attempts this class may cost one cell before the cell fails; each class counts for itself. */
  readonly attempts: number;
  /** Seconds before the next attempt: first, then doubled up to the longest. */
  readonly backOff: { readonly first: number; readonly longest: number };
}

const unlimited = Number.POSITIVE_INFINITY;

export const failurePolicies: { readonly [failure in FailureClass]: FailurePolicy } = {
  user: { attempts: 1, backOff: { first: 0, longest: 0 } },
  // The same numbers would diverge again: never retried unchanged.
  diverged: { attempts: 1, backOff: { first: 0, longest: 0 } },
  'out-of-memory': { attempts: 2, backOff: { first: 5, longest: 60 } },
  // Room comes back when somebody makes it: wait long, try for ever.
  quota: { attempts: unlimited, backOff: { first: 5, longest: 300 } },
  preempted: { attempts: unlimited, backOff: { first: 0.2, longest: 30 } },
  // A crash that comes back every time is a bug of the cell, so this one is bounded.
  infrastructure: { attempts: 8, backOff: { first: 0.5, longest: 60 } },
  refused: { attempts: 3, backOff: { first: 30, longest: 600 } },
};

/** Seconds to wait before attempt number `failures + 1` of a class that has failed `failures` times (at least once). */
export function backOffSeconds(failure: FailureClass, failures: number): number {
  const { first, longest } = failurePolicies[failure].backOff;
  return Math.min(longest, first * 2 ** Math.max(0, failures - 1));
}
