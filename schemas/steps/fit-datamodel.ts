/** `fit-datamodel`: which units of the training rows move the score, from many retrainings on random subsets. */
import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';

export const fitDatamodel = defineStepKind({
  kind: 'fit-datamodel',
  version: 1,
  summary:
    'Linear datamodel (ridge or LASSO) of a score on subset membership, with cross-validated LDS and a permutation null for the largest weight.',
  weight: 'heavy',
  with: z.strictObject({
    column: z.string().describe('score to explain'),
    subset: z.string().default('subset').describe('axis that numbers the subsets in both tables'),
    unit: z.string().default('unit_id').describe('column of the port `units` that says which unit a row belongs to'),
    higher_is_better: z.boolean().default(true).describe('recorded with the weights: their sign is that of the score'),
    method: z.enum(['ridge', 'lasso']).default('ridge'),
    lambda: z
      .union([z.literal('cv'), z.number().positive()])
      .default(1)
      .describe('penalty on centred 0/1 masks (ridge: added to ZᵀZ); cv: chosen by cross-validation'),
    folds: z.int().min(2).default(5),
    permutations: z.int().positive().default(999).describe('of the outputs, for the null of the largest |z|'),
    bootstraps: z.int().positive().default(999).describe('over subsets, for the interval of the LDS'),
  }),
  seeds: ['resampling'],
  in: {
    masks: {
      kind: 'table',
      gathers: true,
      columns: { unit_id: 'utf8', kept: 'bool' },
      summary: 'masks of all subsets; those of subsets without a score are left out',
    },
    scores: {
      kind: 'table',
      gathers: true,
      summary: 'scores of the models trained on them; several rows of a subset are averaged',
    },
    units: {
      kind: 'table',
      optional: true,
      summary:
        'what is known of the units: text, category and bool columns that say one thing of each unit are carried along for figures; never used by the fit',
    },
  },
  out: {
    weights: {
      kind: 'table',
      summary:
        'one row per unit: weight = change of the score when the unit is in (its sign is the score’s: `higher_is_better` says whether up is good); z = |weight| / sd of the other weights; rank by |weight|; p against the null of the largest |z| (LASSO: of the largest |weight|) when scores are permuted over subsets; kept_in of `subsets` subsets had the unit',
      columns: {
        unit_id: 'utf8',
        weight: 'float64',
        z: 'float64',
        rank: 'int32',
        p: 'float64',
        higher_is_better: 'bool',
        kept_in: 'int32',
        subsets: 'int32',
      },
      open: true,
    },
    predictions: {
      kind: 'table',
      summary:
        'held-out prediction per subset, by a fit on the other folds (no subset is ever predicted by a fit that saw it): compare with `actual` within a fold, never pooled, because a fold’s predictions carry the mean of the others',
      columns: { subset: 'utf8', actual: 'float64', predicted: 'float64', fold: 'int32', scores: 'int32' },
    },
  },
  metrics: {
    lds: 'Spearman of held-out predictions with scores within folds, mean',
    largest_z: '|z| of the largest weight, with its permutation p',
    lambda: 'penalty used',
  },
});
