/** The wasm backend's gather of matrix rows by a kernel of our own: the stock one checks every index with a closure. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorFlow, TensorInfo } from '../tensorflow.ts';
import { replaceKernel } from './replace-kernel.ts';

/** Registers it for rows of float matrices. Batched gathers, which the stock kernel computes wrongly, are refused. */
export function registerWasmGather(tf: TensorFlow, backend: BackendWasm): void {
  replaceKernel(tf, tf.GatherV2, (stock, args) => {
    const { x, indices } = args.inputs;
    if (args.attrs?.batchDims !== 0) {
      throw new Error('internal: gather with batchDims is wrong on wasm; flatten the indices');
    }
    const isRows = x?.shape.length === 2 && x.dtype === 'float32' && args.attrs.axis === 0;
    return isRows && indices !== undefined ? gatherRows(backend, x, indices) : stock(args);
  });
}

function gatherRows(backend: BackendWasm, x: TensorInfo, indices: TensorInfo): TensorInfo {
  const [rows = 0, width = 0] = x.shape;
  // Made before the views below are taken: it may grow the heap, which detaches them.
  const output = backend.makeOutput([...indices.shape, width], 'float32');
  const taken = backend.typedArrayFromHeap(output);
  const values = backend.typedArrayFromHeap(x);
  for (const [place, row] of backend.typedArrayFromHeap(indices).entries()) {
    if (row < 0 || row >= rows) throw new RangeError(`indices[${place}] = ${row} is not in [0, ${rows})`);
    taken.set(values.subarray(row * width, (row + 1) * width), place * width);
  }
  return output;
}
