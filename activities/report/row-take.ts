/** How the rows of a group become one value: the `take:` of a report, which is a gate's and more. */
import type { ReportTable } from '../../schemas/report.ts';
import type { CellValue } from '../../schemas/table-schema.ts';
import { takeNumber } from '../analysis/take.ts';
import type { ReportRow } from './report-rows.ts';

export type RowTake = NonNullable<ReportTable['statistics']>[string]['take'];

export interface TakenValue {
  /** Null where it is not estimable: no numbers, or too few of them. */
  readonly value: CellValue;
  /** Rows that took part: those with a finite number, or for `count` and `first` with any value. */
  readonly n: number;
}

/**
 * Over the finite numbers of a column, as a gate takes them; but `count` counts values of any type, and `first` is the
 * first row's, whatever it is. `ci95_low` and `ci95_high` are the ends of the 95 % t interval of the mean.
 */
export function takeValue(rows: readonly ReportRow[], column: string, take: RowTake): TakenValue {
  if (take === 'count' || take === 'first') {
    const values = rows.map(row => row.values[column] ?? null).filter(value => value !== null);
    return { value: take === 'count' ? values.length : (rows[0]?.values[column] ?? null), n: values.length };
  }
  const numbers = finiteNumbers(rows, column);
  const value = isIntervalEnd(take) ? intervalEnd(numbers, take) : takeNumber(numbers, take).value;
  return { value: Number.isFinite(value) ? value : null, n: numbers.length };
}

/** The finite numbers of a column. */
export function finiteNumbers(rows: readonly ReportRow[], column: string): number[] {
  return rows.flatMap(({ values }) => {
    const value = values[column];
    return typeof value === 'number' && Number.isFinite(value) ? [value] : [];
  });
}

type IntervalEnd = 'ci95_low' | 'ci95_high';

function isIntervalEnd(take: RowTake): take is IntervalEnd {
  return take === 'ci95_low' || take === 'ci95_high';
}

function intervalEnd(numbers: readonly number[], end: IntervalEnd): number {
  const { low, high } = takeNumber(numbers, 'mean').interval;
  return end === 'ci95_low' ? low : high;
}
