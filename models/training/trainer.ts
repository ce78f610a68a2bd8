/** The loop that all trainers share: it feeds a compiled step, keeps weights and moments, and can stop and resume. */
import type { Json } from '../../schemas/json.ts';
import type { Backend } from '../backend/backend.ts';
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import { planBatchShapes } from '../batch/batch-shape.ts';
import { assembleBatch, type BatchArrays, type BatchRow, batchTensors, neededShape } from '../batch/batch.ts';
import { compile } from '../compile/compile.ts';
import { checkNames, type Tensors } from '../compile/tensor-function.ts';
import { type AdamWOptions, adamWRates } from '../optimizer/adamw.ts';
import { type Schedule, scheduleFactor } from '../optimizer/schedule.ts';
import type { ParameterLayout } from '../transformer/parameter-layout.ts';
import type { Weights } from '../transformer/weights.ts';
import { DivergedError } from './diverged-error.ts';
import { createState, type TrainingState } from './training-state.ts';
import type { StateName, TrainingStep } from './training-step.ts';

export interface StepReport {
  /** Steps done, this one among them. */
  readonly step: number;
  /** Of the batch, before the update. */
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly targetTokens: number;
}

export interface Trainer {
  readonly steps: number;
  readonly done: () => number;
  /** Makes one step. Throws a DivergedError when loss or gradient norm is not finite; weights then stay as they were. */
  readonly step: () => StepReport;
  readonly state: () => TrainingState;
  /** Goes on from a state of a trainer that was made in the same way. */
  readonly restore: (state: TrainingState) => void;
  /** The tensors that are trained: those of the model, or of the adapter. */
  readonly weights: () => Weights;
  readonly dispose: () => void;
}

/** How long and how fast to train; the same for all trainers. */
export interface TrainingOptions {
  readonly steps: number;
  readonly batchSize: number;
  /** Draws the order of the rows (and, of an adapter, its start). */
  readonly seed: number;
  /** At its peak. */
  readonly learningRate: number;
  readonly schedule: Schedule;
  readonly optimizer: AdamWOptions;
}

export interface TrainerParts<Loss extends Json, Input extends string> {
  readonly declaration: TrainingStep<Loss, Input>;
  readonly loss: Loss;
  readonly layout: ParameterLayout;
  /** Where training starts. */
  readonly weights: Weights;
  /** The rows of each step (from 0), in the order of the batch. */
  readonly rowsOf: (step: number) => readonly BatchRow[];
  /** Vectors that the loss takes besides weights and batch: the same at every step, and made anew for each. */
  readonly fixed?: Readonly<Record<string, Float32Array>>;
  readonly perStep?: (step: number) => Readonly<Record<string, Float32Array>>;
}

export function createTrainer<Loss extends Json, Input extends string>(
  backend: Backend,
  options: TrainingOptions,
  parts: TrainerParts<Loss, Input>,
): Trainer {
  const { tf } = backend;
  const { layout, declaration } = parts;
  const run = compile(backend, declaration, { loss: parts.loss, optimizer: options.optimizer });
  const batchOf = planBatches(options.steps, parts.rowsOf);
  const fixed = vectors(tf, parts.fixed ?? {});
  const state = createState(tf, layout, parts.weights);
  const step = (): StepReport => {
    const index = state.step();
    if (index >= options.steps) throw new Error(`internal: all ${options.steps} steps are done`);
    const batch = batchOf(index);
    const rates = stepRates(options, index + 1);
    const { moved, loss, gradientNorm } = tf.tidy(() => {
      const given = { ...batchTensors(tf, batch), ...vectors(tf, { rates: rates.vector, ...parts.perStep?.(index) }) };
      const outputs = run(checkNames(declaration.inputs, { ...state.tensors(), ...fixed, ...given }));
      const report = { loss: scalarValue(outputs.loss), gradientNorm: scalarValue(outputs.gradientNorm) };
      if (!Object.values(report).every(Number.isFinite)) throw new DivergedError(index + 1, report);
      return { ...report, moved: stateOf(outputs) };
    });
    state.replace(index + 1, moved);
    const targetTokens = batch.targetWeights.reduce((sum, weight) => sum + weight, 0);
    return { step: index + 1, loss, gradientNorm, learningRate: rates.learningRate, targetTokens };
  };
  const dispose = () => {
    state.dispose();
    tf.dispose(fixed);
  };
  return { steps: options.steps, done: state.step, step, dispose, ...state.access };
}

/** Each step's batch, padded to one of the few shapes of the run. */
function planBatches(steps: number, rowsOf: (step: number) => readonly BatchRow[]): (step: number) => BatchArrays {
  const shapes = planBatchShapes(Array.from({ length: steps }, (_, step) => neededShape(rowsOf(step))));
  return step => {
    const shape = shapes[step];
    if (shape === undefined) throw new Error(`internal: step ${step} has no batch shape`);
    return assembleBatch(rowsOf(step), shape);
  };
}

function stepRates({ learningRate: peak, schedule, optimizer, steps }: TrainingOptions, step: number) {
  const learningRate = peak * scheduleFactor(schedule, step, steps);
  const { stepSize, epsilon, decay } = adamWRates(optimizer, step, learningRate);
  return { learningRate, vector: Float32Array.of(stepSize, epsilon, decay) };
}

function vectors(tf: TensorFlow, arrays: Readonly<Record<string, Float32Array>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, tf.tensor1d(values)]));
}

function stateOf({ weights, firstMoment, secondMoment }: Tensors<StateName>): Tensors<StateName> {
  return { weights, firstMoment, secondMoment };
}

function scalarValue(tensor: Tensor): number {
  return tensor.dataSync()[0] ?? Number.NaN;
}
