/** The loop around a trainer: log, progress, checkpoints by time, kept checkpoints, and going on after an interruption. */
import { z } from 'zod';
import type { AdamWOptions } from '../../models/optimizer/adamw.ts';
import type { Schedule } from '../../models/optimizer/schedule.ts';
import { stepsOf } from '../../models/training/data-order.ts';
import type { StepReport, Trainer, TrainingOptions } from '../../models/training/trainer.ts';
import type { Artifact } from '../../schemas/artifact.ts';
import { digestSchema } from '../../schemas/identity.ts';
import type { Metric } from '../../schemas/metric.ts';
import { trainingLogColumns } from '../../schemas/row-columns.ts';
import { type Weights, encodeWeights } from '../../store/safetensors/weights.ts';
import { CellFailure } from '../cell-failure.ts';
import type { CellContext } from '../step-body.ts';

/** The parameters that all training kinds share, as their cells have them. */
export interface SharedParameters {
  readonly learning_rate: number;
  readonly schedule: Schedule['kind'];
  readonly warmup_ratio: number;
  readonly adam_beta1: number;
  readonly adam_beta2: number;
  readonly adam_epsilon: number;
  readonly weight_decay: number;
  readonly max_grad_norm: number;
  readonly epochs?: number | undefined;
  readonly steps?: number | undefined;
  readonly batch_size: number;
  readonly micro_batch?: number | undefined;
  readonly checkpoints: number;
}

/** How long and how fast to train on so many rows. */
export function trainingOptions(given: SharedParameters, rows: number, seed: number): TrainingOptions {
  const optimizer: AdamWOptions = {
    beta1: given.adam_beta1,
    beta2: given.adam_beta2,
    epsilon: given.adam_epsilon,
    weightDecay: given.weight_decay,
    decayVectors: false,
    maxGradientNorm: given.max_grad_norm,
  };
  const { batch_size: batchSize, epochs = 1 } = given;
  return {
    steps: given.steps ?? stepsOf({ rows, batchSize, epochs }),
    batchSize,
    microBatch: given.micro_batch,
    seed,
    learningRate: given.learning_rate,
    schedule: { kind: given.schedule, warmup: given.warmup_ratio },
    optimizer,
  };
}

export interface TrainingRun {
  readonly trainer: Trainer;
  readonly parameters: SharedParameters;
  /** The trained tensors with their metadata, for checkpoints that are kept. */
  readonly snapshot: () => Weights;
}

export interface TrainedRun {
  readonly log: Artifact;
  /** Only where the cell keeps checkpoints. */
  readonly checkpoints: Artifact | undefined;
  readonly loss: Metric;
}

/** Trains to the end. What it leaves is the same bytes whether or not it was interrupted. */
export async function runTraining(
  cell: Pick<CellContext, 'checkpoint' | 'progress' | 'keep' | 'writeFile' | 'writeTree' | 'writeTable'>,
  { trainer, parameters, snapshot }: TrainingRun,
): Promise<TrainedRun> {
  const { steps } = trainer;
  const book = await takeUp(cell, trainer);
  const keepAt = cell.keep.includes('checkpoints') ? keptSteps(steps, parameters.checkpoints) : new Set<number>();
  while (trainer.done() < steps) {
    const report = trainer.step();
    book.log.push(logRow(report));
    if (keepAt.has(report.step)) book.kept.push(await keepCheckpoint(cell, report, snapshot()));
    if (cell.checkpoint.due()) await cell.checkpoint.save(checkpointOf(trainer, book), report.step);
    await cell.progress({ step: report.step, steps, loss: report.loss });
  }
  if (book.log.length !== steps)
    throw new CellFailure('user', `internal: ${book.log.length} steps were logged of ${steps}`);
  return {
    log: await cell.writeTable(trainingLogColumns, book.log),
    checkpoints: keepAt.size === 0 ? undefined : await cell.writeTree(book.kept),
    loss: lastLoss(book.log.map(({ loss }) => loss)),
  };
}

const logRowSchema = z.strictObject({
  step: z.int(),
  loss: z.number(),
  gradient_norm: z.number(),
  learning_rate: z.number(),
  target_tokens: z.int(),
});
const bookSchema = z.strictObject({
  log: z.array(logRowSchema),
  kept: z.array(z.strictObject({ path: z.string(), digest: digestSchema, bytes: z.number() })),
});

/** What a run has left behind besides tensors. */
type TrainingBook = z.output<typeof bookSchema>;

const bookKey = 'training_book';

/** From the last checkpoint where there is one, else from the beginning. */
async function takeUp(cell: Pick<CellContext, 'checkpoint'>, trainer: Trainer): Promise<TrainingBook> {
  const saved = await cell.checkpoint.load();
  if (saved === undefined) return { log: [], kept: [] };
  const book = bookSchema.parse(JSON.parse(saved.metadata[bookKey] ?? ''));
  trainer.restore({ step: book.log.length, tensors: saved.tensors });
  return book;
}

function checkpointOf(trainer: Trainer, book: TrainingBook): Weights {
  return { tensors: trainer.state().tensors, metadata: { [bookKey]: JSON.stringify(book) } };
}

async function keepCheckpoint(
  cell: Pick<CellContext, 'writeFile'>,
  { step, learningRate }: StepReport,
  weights: Weights,
) {
  const metadata = { ...weights.metadata, step: String(step), learning_rate: String(learningRate) };
  return cell.writeFile(`step-${String(step).padStart(8, '0')}.safetensors`, encodeWeights({ ...weights, metadata }));
}

/** Evenly spaced, the last step among them. */
function keptSteps(steps: number, count: number): ReadonlySet<number> {
  return new Set(
    Array.from({ length: Math.min(steps, count) }, (_, index) =>
      Math.round(((index + 1) * steps) / Math.min(steps, count)),
    ),
  );
}

function logRow({ step, loss, gradientNorm, learningRate, targetTokens }: StepReport) {
  return { step, loss, gradient_norm: gradientNorm, learning_rate: learningRate, target_tokens: targetTokens };
}

/** Mean over the last tenth of the steps, at least one. */
function lastLoss(losses: readonly number[]): Metric {
  const last = losses.slice(-Math.max(1, Math.floor(losses.length / 10)));
  return { value: last.reduce((sum, loss) => sum + loss, 0) / last.length, n: last.length };
}
