/** The bars of a histogram: rows counted in bins of equal width, or by value where a column holds no numbers. */
import { groupBy } from '../../stats/grouped-values.ts';
import { quantile } from '../../stats/quantile.ts';
import type { ReportRow } from '../report/report-rows.ts';
import type { FigureDimensions } from './figure-dimensions.ts';
import { type FigureMark, type FigureMarks, type PlacedRow, placeRows } from './figure-marks.ts';

const bins = { fewest: 5, most: 20 } as const;

/** Counts by bin, colour and facet; on a logarithmic axis the bins are equally wide in logarithms. */
export function histogramBins(dimensions: FigureDimensions, rows: readonly ReportRow[]): FigureMarks {
  const { placed, omissions } = placeRows(rows, dimensions, 'y');
  const isLog = dimensions.x.kind === 'numeric' && dimensions.x.scale === 'log';
  const toAxis = isLog ? Math.log10 : (value: number) => value;
  const fromAxis = isLog ? (value: number) => 10 ** value : (value: number) => value;
  const width = binWidth(placed.flatMap(({ place: { x } }) => (typeof x === 'number' ? [toAxis(x)] : [])));
  // A value on an edge must not fall into the bin below because of rounding.
  const binOf = ({ place: { x = '' } }: PlacedRow) =>
    typeof x === 'number' ? Math.floor(toAxis(x) / width + 1e-9) : x;
  const groups = groupBy(placed, each => JSON.stringify([each.place.facet, each.place.color, binOf(each)]));
  const marks = [...groups.values()].flatMap((members): FigureMark[] => {
    const [first] = members;
    if (first === undefined) return [];
    const bin = binOf(first);
    const extent =
      typeof bin === 'number' ? { x: fromAxis(bin * width), end: fromAxis((bin + 1) * width) } : { x: bin };
    return [{ ...first.place, ...extent, y: members.length, n: members.length, rows: members.map(({ row }) => row) }];
  });
  return { marks, omissions };
}

/**
 * 1, 2 or 5 times a power of ten, the next below 2·IQR·n^(−1/3) (Freedman & Diaconis 1981), so that there are between 5
 * and 50 bins; 1 where all values are the same.
 */
export function binWidth(numbers: readonly number[]): number {
  const [least, most] = [quantile(numbers, 0), quantile(numbers, 1)];
  const range = most - least;
  // Values that differ by rounding alone are the same.
  if (!(range > Math.max(1e-9 * Math.max(Math.abs(least), Math.abs(most)), 1e-300))) return 1;
  const spread = quantile(numbers, 0.75) - quantile(numbers, 0.25);
  const wanted = (2 * spread) / Math.cbrt(numbers.length);
  return niceWidth(Math.min(Math.max(wanted, range / bins.most), range / bins.fewest));
}

/** The largest of 1, 2, 5 × 10ᵏ that is not above. */
function niceWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  return ([5, 2].find(step => step * power <= width * (1 + 1e-9)) ?? 1) * power;
}
