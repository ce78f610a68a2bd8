/** Ops that break the wasm backend: refused instead. */
import type { TensorFlow } from '../tensorflow.ts';
import { replaceKernel } from './replace-kernel.ts';

/** A cumulative sum or product along a negative axis writes outside its memory. */
export function refuseUnsafeOps(tf: TensorFlow): void {
  for (const name of [tf.Cumsum, tf.Cumprod]) {
    replaceKernel(tf, name, (stock, args) => {
      const axis = args.attrs?.axis;
      if (typeof axis !== 'number' || axis < 0) {
        throw new Error(`internal: ${name} on wasm needs a non-negative axis`);
      }
      return stock(args);
    });
  }
}
