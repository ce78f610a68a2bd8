/** How much the activations of one prompt vary from model to model. */
import { centerColumns, type DenseMatrix, selectRows } from './dense-matrix.ts';
import { compareText, groupBy } from './grouped-values.ts';
import { symmetricEigen } from './linear-system.ts';
import { rowGram } from './matrix-product.ts';
import { sum } from './moments.ts';

/** n counts models; the unit is one prompt. */
export interface PromptVariance {
  readonly prompt: string;
  readonly n: number;
  /** Σ over dimensions of the sample variance over models (divisor n − 1), squared activation units. NaN below two. */
  readonly variance: number;
  /** Share of the largest principal direction: 1 where the models differ along one line. NaN without variance. */
  readonly largestShare: number;
}

/** Per prompt, over the rows (one per model) of that prompt, in code-unit order of the prompts. */
export function varianceAcrossModels(x: DenseMatrix, prompts: readonly string[]): PromptVariance[] {
  if (x.rows !== prompts.length) throw new RangeError(`internal: ${x.rows} rows, ${prompts.length} prompts`);
  return [...groupBy([...prompts.keys()], row => prompts[row] ?? '')]
    .sort(([a], [b]) => compareText(a, b))
    .map(([prompt, rows]) => {
      const { values } = symmetricEigen(rowGram(centerColumns(selectRows(x, rows))));
      const total = sum(values.map(value => Math.max(0, value)));
      return {
        prompt,
        n: rows.length,
        variance: rows.length > 1 ? total / (rows.length - 1) : Number.NaN,
        largestShare: total > 0 ? (values[0] ?? Number.NaN) / total : Number.NaN,
      };
    });
}
