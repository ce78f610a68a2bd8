/** The wasm backend's split by a kernel of our own, which copies whole stretches; the stock one slices element by element. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorFlow, TensorInfo } from '../tensorflow.ts';
import { replaceKernel } from './replace-kernel.ts';

/** Registers it for floats with the sizes of the parts given or a number of equal parts. */
export function registerWasmSplit(tf: TensorFlow, backend: BackendWasm): void {
  replaceKernel(tf, tf.SplitV, (stock, args) => {
    const { x } = args.inputs;
    const { axis: given, numOrSizeSplits } = args.attrs ?? {};
    if (x === undefined || x.dtype !== 'float32' || typeof given !== 'number') return stock(args);
    const axis = given < 0 ? given + x.shape.length : given;
    const sizes = partSizes(x.shape[axis] ?? 0, numOrSizeSplits);
    return sizes === undefined ? stock(args) : split(backend, x, { axis, sizes });
  });
}

/** Undefined where a size is left to be inferred (−1). */
function partSizes(whole: number, numOrSizes: unknown): number[] | undefined {
  if (typeof numOrSizes === 'number') return Array.from({ length: numOrSizes }, () => whole / numOrSizes);
  if (!Array.isArray(numOrSizes)) return undefined;
  const sizes = numOrSizes.filter(size => typeof size === 'number' && size >= 0);
  return sizes.length === numOrSizes.length ? sizes : undefined;
}

function split(
  backend: BackendWasm,
  x: TensorInfo,
  { axis, sizes }: { readonly axis: number; readonly sizes: readonly number[] },
): TensorInfo[] {
  const product = (shape: readonly number[]) => shape.reduce((all, size) => all * size, 1);
  const outer = product(x.shape.slice(0, axis));
  const inner = product(x.shape.slice(axis + 1));
  // All made before the views below are taken: each may grow the heap, which detaches them.
  const outputs = sizes.map(size => backend.makeOutput(x.shape.with(axis, size), 'float32'));
  const values = backend.typedArrayFromHeap(x);
  const stride = (x.shape[axis] ?? 0) * inner;
  let start = 0;
  for (const [index, output] of outputs.entries()) {
    const stretch = (sizes[index] ?? 0) * inner;
    const part = backend.typedArrayFromHeap(output);
    for (let row = 0; row < outer; row++) {
      const from = row * stride + start;
      part.set(values.subarray(from, from + stretch), row * stretch);
    }
    start += stretch;
  }
  return outputs;
}
