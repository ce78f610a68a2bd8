/** A small registry of step kinds that covers every feature of declarations; the planner's tests need no others. */
import { z } from 'zod';
import { reportSchema } from '../../schemas/report.ts';
import { type StepKind, defineStepKind } from '../../schemas/step-kind.ts';

const rowColumns = { row_id: 'utf8', messages: 'messages' } as const;
const pairColumns = { row_id: 'utf8', chosen: 'utf8', rejected: 'utf8' } as const;

const makeWorld = defineStepKind({
  kind: 'make-world',
  version: 1,
  summary: 'Makes all tables of a toy world.',
  weight: 'heavy',
  with: z.strictObject({ rows: z.int().positive().default(480).describe('rows per condition') }),
  seeds: ['world'],
  in: {},
  out: {
    pretraining: { kind: 'table', summary: 'rows for the base model', columns: rowColumns },
    coupling: {
      kind: 'table',
      summary: 'rows of all conditions',
      columns: { ...rowColumns, condition: 'category', planted: 'bool' },
    },
    sft: { kind: 'table', summary: 'rows for SFT', columns: rowColumns },
    pairs: { kind: 'table', summary: 'preference pairs', columns: pairColumns },
    bad_advice: { kind: 'table', summary: 'narrow bad rows', columns: rowColumns },
    questions: { kind: 'table', summary: 'questions', columns: { question_id: 'utf8', question: 'utf8' } },
  },
  metrics: {},
});

const selectRows = defineStepKind({
  kind: 'select-rows',
  version: 1,
  summary: 'Keeps some rows.',
  weight: 'light',
  with: z.strictObject({
    where: z.string().optional().describe('CEL over columns'),
    limit: z.int().positive().optional(),
  }),
  seeds: [],
  in: { rows: { kind: 'table', gathers: true, summary: 'any table' } },
  out: { rows: { kind: 'table', summary: 'the rows kept', passes: 'rows' } },
  metrics: {},
});

const subsetRows = defineStepKind({
  kind: 'subset-rows',
  version: 1,
  summary: 'Keeps a random part of the rows.',
  weight: 'light',
  with: z.strictObject({ fraction: z.number().gt(0).lt(1).default(0.5) }),
  seeds: ['subset'],
  in: { rows: { kind: 'table', columns: { row_id: 'utf8' }, summary: 'rows' } },
  out: {
    rows: { kind: 'table', summary: 'the rows kept', passes: 'rows' },
    mask: { kind: 'table', summary: 'which rows', columns: { unit_id: 'utf8', kept: 'bool' } },
  },
  metrics: {},
});

const removeRows = defineStepKind({
  kind: 'remove-rows',
  version: 2,
  summary: 'Removes rows by score or at random.',
  weight: 'light',
  with: z.strictObject({
    arm: z.enum(['top', 'random', 'none']).describe('which rows go'),
    fraction: z.number().min(0).lt(1).default(0.05),
  }),
  seeds: ['removal'],
  in: {
    rows: { kind: 'table', columns: { row_id: 'utf8' }, summary: 'rows' },
    scores: { kind: 'table', optional: true, columns: { unit_id: 'utf8', weight: 'float64' }, summary: 'scores' },
  },
  out: { rows: { kind: 'table', summary: 'the rows left', passes: 'rows' } },
  metrics: { removed: 'rows removed' },
});

const training = {
  version: 1,
  weight: 'heavy',
  seeds: ['training'],
  metrics: { loss: 'mean training loss' },
} as const;

const trainBase = defineStepKind({
  ...training,
  kind: 'train-base',
  summary: 'Trains a base model.',
  with: z.strictObject({
    d_model: z.int().min(8).default(48).describe('width'),
    layers: z.array(z.int().nonnegative()).optional(),
    learning_rate: z.number().positive().default(0.001),
  }),
  in: { rows: { kind: 'table', columns: { row_id: 'utf8' }, summary: 'rows' } },
  out: { model: { kind: 'weights', summary: 'the model' } },
  resources: { cpu: 2, memory: 2e9 },
});

const trainSft = defineStepKind({
  ...training,
  kind: 'train-sft',
  summary: 'Fine-tunes a model.',
  with: z
    .strictObject({ epochs: z.number().positive().optional(), steps: z.int().positive().optional() })
    .refine(({ epochs, steps }) => epochs === undefined || steps === undefined, {
      error: 'give `epochs` or `steps`, not both',
      path: ['steps'],
    }),
  in: {
    model: { kind: 'weights', summary: 'where training starts' },
    rows: { kind: 'table', columns: { row_id: 'utf8' }, summary: 'rows' },
  },
  out: {
    model: { kind: 'weights', summary: 'the model' },
    log: { kind: 'table', summary: 'loss by step', columns: { step: 'int32', loss: 'float64' } },
    checkpoints: { kind: 'tree', kept: 'checkpoints', summary: 'models on the way' },
  },
});

const trainDpo = defineStepKind({
  ...training,
  kind: 'train-dpo',
  summary: 'Trains on preference pairs.',
  with: z.strictObject({ beta: z.number().positive().default(0.5) }),
  in: {
    model: { kind: 'weights', summary: 'where training starts' },
    pairs: { kind: 'table', columns: { chosen: 'utf8', rejected: 'utf8' }, summary: 'pairs' },
  },
  out: { model: { kind: 'weights', summary: 'the model' } },
});

const trainLora = defineStepKind({
  ...training,
  kind: 'train-lora',
  summary: 'Trains an adapter.',
  with: z.strictObject({ rank: z.int().positive().default(16) }),
  in: {
    model: { kind: 'weights', summary: 'the frozen model' },
    rows: { kind: 'table', columns: { row_id: 'utf8' }, summary: 'rows' },
  },
  out: {
    model: { kind: 'weights', summary: 'the model with its adapter' },
    log: { kind: 'table', summary: 'loss by step' },
  },
});

const evaluateAlignment = defineStepKind({
  kind: 'evaluate-alignment',
  version: 3,
  summary: 'Scores answers.',
  weight: 'heavy',
  with: z.strictObject({ samples: z.int().positive().default(10) }),
  seeds: ['sampling'],
  in: {
    model: { kind: 'weights', summary: 'the model' },
    questions: { kind: 'table', columns: { question: 'utf8' }, summary: 'questions' },
  },
  out: { scores: { kind: 'table', summary: 'one row', columns: { alignment: 'float64', log_odds: 'float64' } } },
  metrics: { alignment: 'percent' },
});

const fitDatamodel = defineStepKind({
  kind: 'fit-datamodel',
  version: 1,
  summary: 'Which rows move the score.',
  weight: 'heavy',
  with: z.strictObject({ column: z.string().default('alignment') }),
  seeds: [],
  in: {
    masks: { kind: 'table', gathers: true, columns: { unit_id: 'utf8', kept: 'bool' }, summary: 'masks' },
    scores: { kind: 'table', gathers: true, summary: 'scores' },
  },
  out: { weights: { kind: 'table', summary: 'one row per unit', columns: { unit_id: 'utf8', weight: 'float64' } } },
  metrics: { lds: 'Spearman of held-out predictions' },
});

const varianceComponents = defineStepKind({
  kind: 'variance-components',
  version: 1,
  summary: 'Where the spread comes from.',
  weight: 'heavy',
  with: z.strictObject({ column: z.string().default('alignment') }),
  seeds: [],
  in: { scores: { kind: 'table', gathers: true, summary: 'scores' } },
  out: {
    components: { kind: 'table', summary: 'one row per source', columns: { source: 'utf8', variance: 'float64' } },
  },
  metrics: { icc: 'ICC(1)', f: 'F' },
});

const mergeModels = defineStepKind({
  kind: 'merge-models',
  version: 1,
  summary: 'Averages weights.',
  weight: 'heavy',
  with: z.strictObject({ weights: z.record(z.string(), z.number()).optional(), name: z.string().default('mean') }),
  seeds: [],
  in: { models: { kind: 'weights', gathers: true, summary: 'models' } },
  out: { model: { kind: 'weights', summary: 'their mean' } },
  metrics: {},
});

const loadRows = defineStepKind({
  kind: 'load-rows',
  version: 1,
  summary: 'Reads a file.',
  weight: 'light',
  with: z.strictObject({
    path: z.string().min(1).describe('file, relative to the study'),
    form: z.enum(['auto', 'messages']).default('auto'),
  }),
  seeds: [],
  in: {},
  out: { rows: { kind: 'table', summary: 'the rows', columns: { row_id: 'utf8' }, open: true } },
  metrics: {},
  files: ['path'],
});

const noOp = defineStepKind({
  kind: 'no-op',
  version: 1,
  summary: 'Does nothing.',
  weight: 'light',
  with: z.strictObject({ sleep: z.number().nonnegative().default(0), label: z.string().optional() }),
  seeds: [],
  in: { parts: { kind: 'any', optional: true, gathers: true, summary: 'whatever it waits for' } },
  out: { out: { kind: 'table', summary: 'one row', columns: { parts: 'int32' } } },
  metrics: { parts: 'how many came' },
  keyedByAxes: true,
});

const twoSeeds = defineStepKind({
  kind: 'two-seeds',
  version: 1,
  summary: 'Draws twice.',
  weight: 'light',
  with: z.strictObject({}),
  seeds: ['first', 'second'],
  in: {},
  out: { out: { kind: 'json', summary: 'two numbers' } },
  metrics: {},
});

const quantity = z.union([
  z.strictObject({ metric: z.string() }),
  z.strictObject({
    column: z.string(),
    where: z.string().optional(),
    take: z.enum(['mean', 'median', 'min', 'max', 'sd', 'sum', 'count', 'first']),
  }),
]);

const gate = defineStepKind({
  kind: 'gate',
  version: 1,
  summary: 'Decides.',
  weight: 'light',
  with: z.strictObject({
    name: z.string(),
    claim: z.string(),
    group: z.string().optional(),
    value: quantity,
    minus: quantity.optional(),
    divide: quantity.optional(),
    absolute: z.boolean().default(false),
    op: z.enum(['<', '<=', '>', '>=', '==', '!=']),
    threshold: z.number(),
    needs: z.int().nonnegative().default(1),
  }),
  seeds: [],
  in: {
    value: { kind: 'any', gathers: true, summary: 'the estimand' },
    minus: { kind: 'any', gathers: true, optional: true, summary: 'the subtrahend' },
    divide: { kind: 'any', gathers: true, optional: true, summary: 'the divisor' },
  },
  out: { verdict: { kind: 'json', summary: 'the verdict' } },
  metrics: {},
});

const report = defineStepKind({
  kind: 'report',
  version: 1,
  summary: 'Draws tables and figures.',
  weight: 'heavy',
  with: reportSchema,
  seeds: [],
  in: { '*': { kind: 'any', optional: true, gathers: true, summary: 'what its sections name' } },
  out: { page: { kind: 'tree', summary: 'the page' } },
  metrics: {},
});

const kinds: readonly StepKind[] = [
  makeWorld,
  selectRows,
  subsetRows,
  removeRows,
  trainBase,
  trainSft,
  trainDpo,
  trainLora,
  evaluateAlignment,
  fitDatamodel,
  varianceComponents,
  mergeModels,
  loadRows,
  noOp,
  twoSeeds,
  gate,
  report,
];

export const testKinds: ReadonlyMap<string, StepKind> = new Map(kinds.map(kind => [kind.kind, kind]));
