/** Numbers of the statistics, in which NaN means "not estimable", as tables and metrics hold them. */
import type { Metric } from '../../schemas/metric.ts';
import type { Interval } from '../../stats/interval.ts';

/** The number, or null where it is not estimable (NaN) or not bounded (±∞). */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The two ends of an interval as columns. */
export function endsOf({ low, high }: Interval): { readonly low: number | null; readonly high: number | null } {
  return { low: finiteOrNull(low), high: finiteOrNull(high) };
}

/** A metric; `unless` is its note where the value is not estimable. */
export function estimate(of: {
  readonly value: number;
  /** Independent units. */
  readonly n: number;
  readonly interval?: Interval;
  readonly p?: number;
  readonly canEverReject?: boolean | undefined;
  readonly note?: string | undefined;
  readonly unless: string;
}): Metric {
  const value = finiteOrNull(of.value);
  const note = value === null ? of.unless : of.note;
  return {
    value,
    n: of.n,
    ...(of.interval === undefined ? {} : endsOf(of.interval)),
    ...(of.p === undefined ? {} : { p: finiteOrNull(of.p) }),
    ...(of.canEverReject === undefined ? {} : { can_ever_reject: of.canEverReject }),
    ...(note === undefined ? {} : { note }),
  };
}
