/** A datamodel of scored subsets: its penalty, its weights, and how well it predicts subsets that it has not seen. */
import { type Datamodel, fitDatamodel, predictHeldOut } from '../../stats/datamodel.ts';
import { columnMatrix, denseMatrix, type DenseMatrix, selectRows } from '../../stats/dense-matrix.ts';
import { groupedFolds, splitByFold } from '../../stats/grouped-folds.ts';
import { type HeldOutLds, heldOutLds } from '../../stats/held-out-lds.ts';
import { chooseLassoPenalty, chooseRidgePenalty } from '../../stats/penalty-choice.ts';
import { requireGroups } from './enough-groups.ts';
import type { ScoredSubsets } from './subset-masks.ts';

export interface DatamodelOptions {
  readonly method: 'ridge' | 'lasso';
  /** `cv`: by cross-validated squared error; for held-out predictions chosen anew among the subsets of the other folds. */
  readonly lambda: number | 'cv';
  readonly folds: number;
  readonly permutations: number;
  readonly bootstraps: number;
  readonly seed: number;
}

export interface FittedDatamodel {
  readonly model: Datamodel;
  readonly lambda: number;
  /** Fold of each subset. */
  readonly foldOf: Int32Array;
  /** Held-out prediction of each subset. */
  readonly predictions: Float64Array;
  readonly lds: HeldOutLds;
}

/** Fits all subsets, and each fold's from the others. */
export function fitSubsets(scored: ScoredSubsets, options: DatamodelOptions): FittedDatamodel {
  const { masks, outputs, subsets } = scored;
  const { method, folds, permutations, bootstraps, seed } = options;
  requireGroups(subsets.length, 'subset', folds);
  const foldOf = groupedFolds({ groups: subsets, folds, seed });
  const lambda = choosePenalty(masks, outputs, options);
  const predictions = predictSubsets({ masks, outputs, foldOf }, options);
  return {
    model: fitDatamodel({ masks, outputs, estimator: { method, lambda }, draws: permutations, seed }),
    lambda,
    foldOf,
    predictions: predictions.values,
    lds: heldOutLds({ predictions, outputs: columnMatrix(outputs), foldOf, draws: bootstraps, seed }),
  };
}

function choosePenalty(x: DenseMatrix, y: Float64Array, { method, lambda, folds, seed }: DatamodelOptions): number {
  if (lambda !== 'cv') return lambda;
  const curve = method === 'ridge' ? chooseRidgePenalty : chooseLassoPenalty;
  return curve({ x, y, folds: Math.min(folds, x.rows), seed, scale: false }).lambda;
}

/** A penalty that had seen the held-out subsets would flatter the predictions. */
function predictSubsets(
  data: { readonly masks: DenseMatrix; readonly outputs: Float64Array; readonly foldOf: Int32Array },
  options: DatamodelOptions,
): DenseMatrix {
  const { masks, foldOf } = data;
  const outputs = columnMatrix(data.outputs);
  const predicted = denseMatrix(masks.rows, 1);
  for (const fold of new Set(foldOf)) {
    const { train, test } = splitByFold(foldOf, fold);
    const lambda = choosePenalty(selectRows(masks, train), selectRows(outputs, train).values, options);
    const own = predictHeldOut({ masks, outputs, estimator: { method: options.method, lambda }, foldOf });
    for (const row of test) predicted.values[row] = own.values[row] ?? Number.NaN;
  }
  return predicted;
}
