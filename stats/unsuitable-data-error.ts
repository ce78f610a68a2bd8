/** The error of a statistic whose data do not allow it: misuse by the caller's design, not a bug of ours. */

/**
 * `not-finite`: a value is NaN or infinite. `too-few`: fewer units, groups or rows than the method can start from.
 * `incomplete-design`: a cell of a crossed design is missing or filled twice. `overlapping-subsets`: a fit would be
 * scored on what it was fitted on. `collinear`: a system without a unique solution. `sizes-differ`: strata or groups
 * cannot give what is asked of them. `inconsistent-labels`: one model carries several labels.
 */
export type UnsuitableReason =
  | 'not-finite'
  | 'too-few'
  | 'incomplete-design'
  | 'overlapping-subsets'
  | 'collinear'
  | 'sizes-differ'
  | 'inconsistent-labels';

/** Says what is wrong with the data and what to do about it; `reason` is for programs. */
export class UnsuitableDataError extends Error {
  readonly reason: UnsuitableReason;

  constructor(reason: UnsuitableReason, message: string) {
    super(message);
    this.name = 'UnsuitableDataError';
    this.reason = reason;
  }
}

/** Throws `not-finite` with the place of the first value that is NaN or infinite. */
export function requireFinite(values: ArrayLike<number>, what: string): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (!Number.isFinite(value)) {
      throw new UnsuitableDataError(
        'not-finite',
        `${what}: value ${index + 1} of ${values.length} is ${value}; leave out rows without a finite number first`,
      );
    }
  }
}
