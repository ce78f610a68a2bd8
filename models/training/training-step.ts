/** One optimizer step as a pure function of tensors: loss, gradient, clipping and AdamW. */
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
  /** A scalar, differentiable in `weights`, the flat vector of the layout. */
  readonly loss: (tf: TensorFlow, options: Loss, weights: Tensor, batch: Tensors<Batch>) => Tensor;
}

export type TrainingStep<Loss extends Json, Batch extends string> = TensorFunction<
  StepOptions<Loss>,
  StateName | Batch | 'rates',
  StateName | 'loss' | 'gradientNorm'
>;

export function defineTrainingStep<Loss extends Json, const Batch extends string>(
  declaration: LossDeclaration<Loss, Batch>,
): TrainingStep<Loss, Batch> {
  return defineTensorFunction({
    name: declaration.name,
    inputs: [...stateNames, ...declaration.batch, 'rates'],
    outputs: [...stateNames, 'loss', 'gradientNorm'],
    run: (tf: TensorFlow, options: StepOptions<Loss>, inputs: Tensors<StateName | Batch | 'rates'>) => {
      const lossOf = (weights: Tensor) => declaration.loss(tf, options.loss, weights, inputs).asScalar();
      const { value, grad } = tf.valueAndGrad(lossOf)(inputs.weights);
      const layout = declaration.layout(options.loss);
      const updated = adamWUpdate(tf, { options: options.optimizer, layout }, inputs, {
        gradient: grad,
        rates: inputs.rates,
      });
      return { ...updated, loss: value };
    },
  });
}
