/** AdamW (Kingma and Ba 2015; decoupled weight decay: Loshchilov and Hutter 2019) with clipping of the global norm. */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import type { ParameterLayout } from '../transformer/parameter-layout.ts';

export type AdamWOptions = {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Multiplied by the learning rate; 0 for plain Adam. */
  readonly weightDecay: number;
  /** Whether norm weights and biases decay too. */
  readonly decayVectors: boolean;
  /** The gradient is scaled down to this norm over all parameters; null for no clipping. */
  readonly maxGradientNorm: number | null;
};

/** What changes from step to step, as numbers for the update's inputs. */
export interface AdamWRates {
  /** learning rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) */
  readonly stepSize: number;
  /** ε · √(1 − β₂ᵗ): with it, the update is that of bias-corrected moments. */
  readonly epsilon: number;
  /** learning rate · weight decay */
  readonly decay: number;
}

/** `step` counts from 1. */
export function adamWRates(options: AdamWOptions, step: number, learningRate: number): AdamWRates {
  const secondCorrection = Math.sqrt(1 - options.beta2 ** step);
  return {
    stepSize: (learningRate * secondCorrection) / (1 - options.beta1 ** step),
    epsilon: options.epsilon * secondCorrection,
    decay: learningRate * options.weightDecay,
  };
}

export interface AdamWState {
  readonly weights: Tensor;
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
}

/** One update of flat vectors; `rates` is [stepSize, epsilon, decay]. The norm given back is that before clipping. */
export function adamWUpdate(
  tf: TensorFlow,
  { options, layout }: { readonly options: AdamWOptions; readonly layout: ParameterLayout },
  { weights, firstMoment, secondMoment }: AdamWState,
  { gradient, rates }: { readonly gradient: Tensor; readonly rates: Tensor },
): AdamWState & { readonly gradientNorm: Tensor } {
  const [stepSize, epsilon, decay] = tf.split(rates, 3);
  if (stepSize === undefined || epsilon === undefined || decay === undefined) throw new Error('internal: three rates');
  const { beta1, beta2, maxGradientNorm } = options;
  const squared = gradient.square();
  const gradientNorm = squared.sum().sqrt();
  const scale = maxGradientNorm === null ? tf.scalar(1) : clippingScale(tf, gradientNorm, maxGradientNorm);
  const first = firstMoment.mul(beta1).add(gradient.mul(scale.mul(1 - beta1)));
  const second = secondMoment.mul(beta2).add(squared.mul(scale.square().mul(1 - beta2)));
  const update = first.mul(stepSize).div(second.sqrt().add(epsilon));
  const decayed =
    options.weightDecay === 0 ? weights : weights.sub(weights.mul(decayOf(tf, { options, layout }, decay)));
  return { weights: decayed.sub(update), firstMoment: first, secondMoment: second, gradientNorm };
}

/** As PyTorch's clip_grad_norm_ does: min(1, max / (norm + 10⁻⁶)). */
function clippingScale(tf: TensorFlow, norm: Tensor, max: number): Tensor {
  return tf.minimum(1, tf.scalar(max).div(norm.add(1e-6)));
}

/** The decay of each parameter: matrices lead the vector, so it is one number repeated, then zeros. */
function decayOf(
  tf: TensorFlow,
  { options, layout }: { readonly options: AdamWOptions; readonly layout: ParameterLayout },
  decay: Tensor,
): Tensor {
  const vectors = layout.size - layout.matrixSize;
  if (options.decayVectors || vectors === 0) return decay;
  return tf.concat([tf.ones([layout.matrixSize]), tf.zeros([vectors])]).mul(decay);
}
