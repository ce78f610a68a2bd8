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
  /** Whose move it is: the author of the study, whoever keeps the machines, or nobody (it is only counted). */
  readonly told: 'author' | 'operator' | 'nobody';
}

const unlimited = Number.POSITIVE_INFINITY;

export const failurePolicies: { readonly [failure in FailureClass]: FailurePolicy } = {
  user: { attempts: 1, backOff: { first: 0, longest: 0 }, told: 'author' },
  // The same numbers would diverge again: never retried unchanged.
  diverged: { attempts: 1, backOff: { first: 0, longest: 0 }, told: 'author' },
  'out-of-memory': { attempts: 2, backOff: { first: 5, longest: 60 }, told: 'operator' },
  // Room comes back when somebody makes it: wait long, try for ever.
  quota: { attempts: unlimited, backOff: { first: 5, longest: 300 }, told: 'operator' },
  // Machines that are lent come and go; a cell goes on from its checkpoint, and nobody need be woken.
  preempted: { attempts: unlimited, backOff: { first: 0.2, longest: 30 }, told: 'nobody' },
  // A crash that comes back every time is a bug of the cell, so this one is bounded.
  infrastructure: { attempts: 8, backOff: { first: 0.5, longest: 60 }, told: 'operator' },
  refused: { attempts: 3, backOff: { first: 30, longest: 600 }, told: 'author' },
};

/**
 * Classes for which a study may change the next attempt (`on_failure`). What was preempted goes on unchanged, and
 * missing room is waited for: another recipe would help neither.
 */
export const changeableClasses = ['user', 'diverged', 'out-of-memory', 'infrastructure', 'refused'] as const;
export type ChangeableClass = (typeof changeableClasses)[number];

/** Seconds to wait before attempt number `failures + 1` of a class that has failed `failures` times (at least once). */
export function backOffSeconds(failure: FailureClass, failures: number): number {
  const { first, longest } = failurePolicies[failure].backOff;
  return Math.min(longest, first * 2 ** Math.max(0, failures - 1));
}
