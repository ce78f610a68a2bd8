/** Two-way analysis of variance without replication: conditions compared within shared seeds. */
import { blockedDesign, type BlockedRow } from './blocked-design.ts';
import { mean, sum } from './moments.ts';
import { meanSquareOf, testedSource, untestedSource, type VarianceSource } from './variance-component.ts';

/** n counts values, one per cell of treatments × blocks. */
export interface TwoWayAnova {
  readonly n: number;
  /** `treatment`, `block`, `residual`, `total`. */
  readonly table: readonly VarianceSource[];
  readonly treatment: VarianceSource;
  readonly block: VarianceSource;
}

/**
 * Additive model value = treatment + block + residual; both factors are tested against the residual, in which their
 * interaction, if there is one, is contained. NaN with one treatment or one block.
 *
 * @throws UnsuitableDataError `incomplete-design`
 */
export function twoWayAnova(rows: readonly BlockedRow[]): TwoWayAnova {
  const { treatments, blocks, values } = blockedDesign(rows);
  const treatmentMeans = treatments.map((_, column) => mean(values.map(row => row[column] ?? Number.NaN)));
  const blockMeans = values.map(row => mean(row));
  const grandMean = mean(blockMeans);
  const spreadOf = (means: readonly number[]) => sum(means.map(each => (each - grandMean) ** 2));
  const ssTreatment = blocks.length * spreadOf(treatmentMeans);
  const ssBlock = treatments.length * spreadOf(blockMeans);
  const ssResidual = residualSumOfSquares(values, { treatmentMeans, blockMeans, grandMean });
  const residual = meanSquareOf(ssResidual, (treatments.length - 1) * (blocks.length - 1));

  const treatment = testedSource('treatment', meanSquareOf(ssTreatment, treatments.length - 1), residual);
  const block = testedSource('block', meanSquareOf(ssBlock, blocks.length - 1), residual);
  const total = meanSquareOf(ssTreatment + ssBlock + ssResidual, rows.length - 1);
  return {
    n: rows.length,
    treatment,
    block,
    table: [treatment, block, untestedSource('residual', residual), untestedSource('total', total)],
  };
}

function residualSumOfSquares(
  values: readonly Float64Array[],
  means: {
    readonly treatmentMeans: readonly number[];
    readonly blockMeans: readonly number[];
    readonly grandMean: number;
  },
): number {
  let total = 0;
  values.forEach((row, block) => {
    row.forEach((value, treatment) => {
      const fitted =
        (means.treatmentMeans[treatment] ?? Number.NaN) + (means.blockMeans[block] ?? Number.NaN) - means.grandMean;
      total += (value - fitted) ** 2;
    });
  });
  return total;
}
