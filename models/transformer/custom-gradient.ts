/** Ops with a gradient of their own: fewer and cheaper ops than the tape makes of the parts. */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import { nameTensors, type Tensors, tensorsInOrder } from '../compile/tensor-function.ts';

export interface Differentiable<Saved extends string> {
  /** What gradients flow to. */
  readonly inputs: readonly Tensor[];
  /** The value, and what `backward` needs of it; other intermediate tensors are gone by then. */
  readonly forward: () => { readonly value: Tensor; readonly saved: Tensors<Saved> };
  /** The gradient of each input, given that of the value. */
  readonly backward: (gradient: Tensor, saved: Tensors<Saved>) => Tensor[];
  readonly saves: readonly Saved[];
}

export function withGradient<const Saved extends string>(
  tf: TensorFlow,
  { inputs, forward, backward, saves }: Differentiable<Saved>,
): Tensor {
  const op = tf.customGrad((...args) => {
    const save = args.at(-1);
    if (typeof save !== 'function') throw new Error('internal: a custom gradient was called without its saver');
    const { value, saved } = forward();
    save(tensorsInOrder(saves, saved));
    return { value, gradFunc: (gradient, tensors) => backward(gradient, nameTensors(saves, tensors)) };
  });
  return op(...inputs);
}
