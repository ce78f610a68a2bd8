/** The loop that all trainers share: it feeds a compiled step, keeps weights and moments, and can stop and resume. */
import type { Json } from '../../schemas/json.ts';
import type { Backend } from '../backend/backend.ts';
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import { planBatchShapes } from '../batch/batch-shape.ts';
import { assembleBatch, type BatchArrays, batchTensors, neededShape } from '../batch/batch.ts';
import { compile } from '../compile/compile.ts';
import { checkNames, type Tensors } from '../compile/tensor-function.ts';
import { type AdamWOptions, adamWRates } from '../optimizer/adamw.ts';
import { type Schedule, scheduleFactor } from '../optimizer/schedule.ts';
import type { ParameterLayout } from '../transformer/parameter-layout.ts';
import type { Weights } from '../transformer/weights.ts';
import type { BatchPart } from './batch-parts.ts';
import { DivergedError } from './diverged-error.ts';
import { createState, type TrainingState } from './training-state.ts';
import type { StateName, SumName, TrainingStep } from './training-step.ts';

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
  /** Examples (or pairs) of a step: the effective batch. */
  readonly batchSize: number;
  /** Of these, how many are held in memory at once; all without it. Gradients are summed over the parts. */
  readonly microBatch?: number | undefined;
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
  /** The batch of each step (from 0): one part, or several whose gradients are summed. */
  readonly partsOf: (step: number) => readonly BatchPart[];
  /** Vectors that the loss takes besides weights and batch, the same at every step. */
  readonly fixed?: Readonly<Record<string, Float32Array>>;
}

export function createTrainer<Loss extends Json, Input extends string>(
  backend: Backend,
  options: TrainingOptions,
  parts: TrainerParts<Loss, Input>,
): Trainer {
  const { tf } = backend;
  const { layout } = parts;
  const batchesOf = planBatches(options.steps, parts.partsOf);
  const fixed = vectors(tf, parts.fixed ?? {});
  const state = createState(tf, layout, parts.weights);
  const whole = wholeStep(backend, options, parts);
  const accumulated = accumulatedStep(backend, options, parts);
  const step = (): StepReport => {
    const index = state.step();
    if (index >= options.steps) throw new Error(`internal: all ${options.steps} steps are done`);
    const batches = batchesOf(index);
    const rates = stepRates(options, index + 1);
    const run = batches.length === 1 ? whole : accumulated;
    const { moved, loss, gradientNorm } = tf.tidy(() => {
      const outputs = run({ ...state.tensors(), ...fixed, ...vectors(tf, { rates: rates.vector }) }, batches);
      const report = { loss: scalarValue(outputs.loss), gradientNorm: scalarValue(outputs.gradientNorm) };
      if (!Object.values(report).every(Number.isFinite)) throw new DivergedError(index + 1, report);
      return { ...report, moved: stateOf(outputs) };
    });
    state.replace(index + 1, moved);
    const targetTokens = batches.reduce((sum, { batch }) => sum + countTargets(batch), 0);
    return { step: index + 1, loss, gradientNorm, learningRate: rates.learningRate, targetTokens };
  };
  const dispose = () => {
    state.dispose();
    tf.dispose(fixed);
  };
  return { steps: options.steps, done: state.step, step, dispose, ...state.access };
}

type RunStep = (
  given: Readonly<Record<string, Tensor>>,
  batches: readonly PaddedPart[],
) => Tensors<StateName | 'loss' | 'gradientNorm'>;

function wholeStep<Loss extends Json, Input extends string>(
  backend: Backend,
  { optimizer }: TrainingOptions,
  { declaration: { whole }, loss }: TrainerParts<Loss, Input>,
): RunStep {
  const run = compile(backend, whole, { loss, optimizer });
  return (given, [part]) => {
    if (part === undefined) throw new Error('internal: a step without a batch');
    return run(checkNames(whole.inputs, { ...given, ...partTensors(backend.tf, part) }));
  };
}

/** The parts one after the other; what a part needed is let go of before the next. */
function accumulatedStep<Loss extends Json, Input extends string>(
  backend: Backend,
  { optimizer }: TrainingOptions,
  { declaration: { part: onePart, apply }, loss, layout }: TrainerParts<Loss, Input>,
): RunStep {
  const { tf } = backend;
  const runPart = compile(backend, onePart, loss);
  const runApply = compile(backend, apply, { loss, optimizer });
  return (given, batches) => {
    let sums: Tensors<SumName> = { gradient: tf.zeros([layout.size]), loss: tf.scalar(0) };
    for (const batch of batches) {
      const before = sums;
      sums = tf.tidy(() => {
        const share = vectors(tf, { share: Float32Array.of(batch.share) });
        const own = partTensors(tf, batch);
        return runPart(checkNames(onePart.inputs, { ...given, ...own, ...before, ...share }));
      });
      tf.dispose([before.gradient, before.loss]);
    }
    const { gradient, loss: total } = sums;
    return { ...runApply(checkNames(apply.inputs, { ...given, gradient })), loss: total };
  };
}

function partTensors(tf: TensorFlow, { batch, vectors: own }: PaddedPart): Record<string, Tensor> {
  return { ...batchTensors(tf, batch), ...vectors(tf, own) };
}

function countTargets({ targetWeights }: BatchArrays): number {
  return targetWeights.reduce((sum, weight) => sum + weight, 0);
}

interface PaddedPart {
  readonly batch: BatchArrays;
  readonly share: number;
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/** Each step's parts, padded to one of the few shapes of the run. */
function planBatches(
  steps: number,
  partsOf: (step: number) => readonly BatchPart[],
): (step: number) => readonly PaddedPart[] {
  const needed = Array.from({ length: steps }, (_, step) => partsOf(step).map(({ rows }) => neededShape(rows)));
  const shapes = planBatchShapes(needed.flat());
  const first: number[] = [];
  for (const [step, own] of needed.entries()) first[step + 1] = (first[step] ?? 0) + own.length;
  return step =>
    partsOf(step).map(({ rows, share, vectors: own = {} }, index) => {
      const shape = shapes[(first[step] ?? 0) + index];
      if (shape === undefined) throw new Error(`internal: step ${step} has no batch shape`);
      return { batch: assembleBatch(rows, shape), share, vectors: own };
    });
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
