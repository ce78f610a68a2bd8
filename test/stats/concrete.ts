/** The concrete-strength regression: 1030 rows, every tenth held out, inputs and target standardised by the others. */
import { readFileSync } from 'node:fs';
import { columnMatrix, type DenseMatrix, matrixFromRows } from '../../stats/dense-matrix.ts';

export interface ConcreteSplit {
  /** Eight standardised inputs, then a column of ones. */
  readonly x: DenseMatrix;
  readonly y: DenseMatrix;
}

export function loadConcrete(): { readonly train: ConcreteSplit; readonly test: ConcreteSplit } {
  const lines = readFileSync(new URL('fixtures/concrete.data', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const rows = lines.map(line => line.trim().split(/\s+/).map(Number));
  const trainRows = rows.filter((_, index) => index % 10 !== 0);
  const scales = rows[0]!.map((_, column) => {
    const values = trainRows.map(row => row[column]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
  });
  const split = (chosen: readonly number[][]): ConcreteSplit => {
    const scaled = chosen.map(row => row.map((value, column) => (value - scales[column]!.mean) / scales[column]!.sd));
    return {
      x: matrixFromRows(scaled.map(row => [...row.slice(0, 8), 1])),
      y: columnMatrix(scaled.map(row => row[8]!)),
    };
  };
  return { train: split(trainRows), test: split(rows.filter((_, index) => index % 10 === 0)) };
}
