/** The whisker of a mark: from columns that hold its ends, or from the spread of the rows behind it. */
import type { ReportFigure } from '../../schemas/report.ts';
import { type Interval, meanInterval } from '../../stats/interval.ts';
import { mean, standardDeviation } from '../../stats/moments.ts';
import { ReportProblem } from '../report/report-problem.ts';
import type { ReportRow } from '../report/report-rows.ts';
import { finiteNumbers, takeValue } from '../report/row-take.ts';
import { type Dimension, isOnScale } from './dimension.ts';

export interface Whisker {
  readonly low?: number;
  readonly high?: number;
}

/** Nothing where the figure asks for none, or where an end is not known or cannot be drawn. */
export function whiskerOf(figure: ReportFigure, dimension: Dimension, rows: readonly ReportRow[]): Whisker {
  if (dimension.kind !== 'numeric') return {};
  const ends = endsOf(figure, dimension.column, rows);
  return ends !== undefined && isOnScale(ends.low, dimension) && isOnScale(ends.high, dimension) ? { ...ends } : {};
}

function endsOf(figure: ReportFigure, column: string, rows: readonly ReportRow[]): Interval | undefined {
  if (figure.spread !== undefined) return spreads[figure.spread](rows, column);
  if (figure.low === undefined || figure.high === undefined) return undefined;
  const [row] = rows;
  if (rows.length > 1) {
    throw new ReportProblem(
      `\`low\` and \`high\` are the ends of one row, and ${rows.length} rows share a place; with \`take: mean\`, give the whisker as \`spread\`.`,
    );
  }
  const [low, high] = [row?.values[figure.low], row?.values[figure.high]];
  return typeof low === 'number' && typeof high === 'number' ? { low, high } : undefined;
}

type Spread = NonNullable<ReportFigure['spread']>;

const spreads: { readonly [spread in Spread]: (rows: readonly ReportRow[], column: string) => Interval } = {
  ci95: (rows, column) => meanInterval(finiteNumbers(rows, column)),
  sd: (rows, column) => {
    const numbers = finiteNumbers(rows, column);
    const [center, deviation] = [mean(numbers), standardDeviation(numbers)];
    return { low: center - deviation, high: center + deviation };
  },
  range: (rows, column) => {
    const [low, high] = [takeValue(rows, column, 'min').value, takeValue(rows, column, 'max').value];
    return { low: Number(low ?? Number.NaN), high: Number(high ?? Number.NaN) };
  },
};

/** What the whisker shows, in words. */
export const spreadWords: { readonly [spread in Spread]: string } = {
  ci95: '95 % t interval of the mean',
  sd: 'mean ± sd',
  range: 'smallest to largest',
};
