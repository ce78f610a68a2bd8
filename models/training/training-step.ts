/**
 * One optimizer step as pure functions of tensors: loss, gradient, clipping and AdamW; in one go for a whole batch, or
 * as a gradient that is summed over the parts of a batch and then applied (gradient accumulation).
 */
import type { Json } from '../../schemas/json.ts';
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import { defineTensorFunction, type TensorFunction, type Tensors } from '../compile/tensor-function.ts';
import { type AdamWOptions, adamWUpdate } from '../optimizer/adamw.ts';
import type { ParameterLayout } from '../transformer/parameter-layout.ts';

export const stateNames = ['weights', 'firstMoment', 'secondMoment'] as const;
export type StateName = (typeof stateNames)[number];

/** Everything a loss depends on except tensors: it is part of the key under which a graph is kept. */
type StepOptions<Loss extends Json> = { readonly loss: Loss; readonly optimizer: AdamWOptions };

export interface LossDeclaration<Loss extends Json, Batch extends string> {
  readonly name: string;
  /** The names of its inputs besides the weights that are trained. */
  readonly batch: readonly Batch[];
  readonly layout: (options: Loss) => ParameterLayout;
  /** A scalar, differentiable in `weights`, the flat vector of the layout: a mean over the batch. */
  readonly loss: (tf: TensorFlow, options: Loss, weights: Tensor, batch: Tensors<Batch>) => Tensor;
}

/** Sums over the parts of a batch: the gradient [parameters] and the loss, each part by its share of the whole. */
const sumNames = ['gradient', 'loss'] as const;
export type SumName = (typeof sumNames)[number];

export interface TrainingStep<Loss extends Json, Batch extends string> {
  /** Of a whole batch. */
  readonly whole: TensorFunction<StepOptions<Loss>, StateName | Batch | 'rates', StateName | 'loss' | 'gradientNorm'>;
  /** Adds one part's gradient and loss, times `share`, to the sums. */
  readonly part: TensorFunction<Loss, 'weights' | Batch | SumName | 'share', SumName>;
  /** Applies a summed gradient. */
  readonly apply: TensorFunction<StepOptions<Loss>, StateName | 'gradient' | 'rates', StateName | 'gradientNorm'>;
}

export function defineTrainingStep<Loss extends Json, const Batch extends string>(
  declaration: LossDeclaration<Loss, Batch>,
): TrainingStep<Loss, Batch> {
  const { name, batch } = declaration;
  const differentiate = (tf: TensorFlow, options: Loss, inputs: Tensors<'weights' | Batch>) =>
    tf.valueAndGrad((weights: Tensor) => declaration.loss(tf, options, weights, inputs).asScalar())(inputs.weights);
  const update = (
    tf: TensorFlow,
    { loss, optimizer }: StepOptions<Loss>,
    state: Tensors<StateName | 'rates'>,
    gradient: Tensor,
  ) =>
    adamWUpdate(tf, { options: optimizer, layout: declaration.layout(loss) }, state, { gradient, rates: state.rates });
  return {
    whole: defineTensorFunction({
      name,
      inputs: [...stateNames, ...batch, 'rates'],
      outputs: [...stateNames, 'loss', 'gradientNorm'],
      run: (tf: TensorFlow, options: StepOptions<Loss>, inputs: Tensors<StateName | Batch | 'rates'>) => {
        const { value, grad } = differentiate(tf, options.loss, inputs);
        return { ...update(tf, options, inputs, grad), loss: value };
      },
    }),
    part: defineTensorFunction({
      name: `${name}-part`,
      inputs: ['weights', ...batch, ...sumNames, 'share'],
      outputs: sumNames,
      run: (tf: TensorFlow, options: Loss, inputs: Tensors<'weights' | Batch | SumName | 'share'>) => {
        const { value, grad } = differentiate(tf, options, inputs);
        const share = inputs.share.asScalar();
        return { gradient: inputs.gradient.add(grad.mul(share)), loss: inputs.loss.add(value.mul(share)) };
      },
    }),
    apply: defineTensorFunction({
      name: `${name}-apply`,
      inputs: [...stateNames, 'gradient', 'rates'],
      outputs: [...stateNames, 'gradientNorm'],
      run: (tf: TensorFlow, options: StepOptions<Loss>, inputs: Tensors<StateName | 'gradient' | 'rates'>) =>
        update(tf, options, inputs, inputs.gradient),
    }),
  };
}
