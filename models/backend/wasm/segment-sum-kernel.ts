/** The sum over segments, which the wasm backend lacks and the gradient of every embedding needs. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorFlow, TensorInfo } from '../tensorflow.ts';

/** x [n…, rest…], segmentIds [n…] → [numSegments, rest…]: row i is added to the row its id names; negative ids drop it. */
export function registerWasmSegmentSum(tf: TensorFlow, backend: BackendWasm): void {
  if (tf.getKernel(tf.UnsortedSegmentSum, 'wasm') !== undefined) return;
  tf.registerKernel({
    kernelName: tf.UnsortedSegmentSum,
    backendName: 'wasm',
    kernelFunc: ({ inputs: { x, segmentIds }, attrs }) => {
      const segments = attrs?.numSegments;
      if (x === undefined || segmentIds === undefined || typeof segments !== 'number') {
        throw new Error('internal: a segment sum was called without its inputs or attributes');
      }
      return segmentSum(backend, { x, segmentIds, segments });
    },
  });
}

interface SegmentSum {
  readonly x: TensorInfo;
  readonly segmentIds: TensorInfo;
  readonly segments: number;
}

function segmentSum(backend: BackendWasm, { x, segmentIds, segments }: SegmentSum): TensorInfo {
  const rest = x.shape.slice(segmentIds.shape.length);
  const width = rest.reduce((product, size) => product * size, 1);
  // Made before the views below are taken: it may grow the heap, which detaches them.
  const output = backend.makeOutput([segments, ...rest], x.dtype);
  const sums = backend.typedArrayFromHeap(output);
  const rows = backend.typedArrayFromHeap(x);
  sums.fill(0);
  for (const [row, segment] of backend.typedArrayFromHeap(segmentIds).entries()) {
    if (segment < 0) continue;
    if (segment >= segments) throw new RangeError(`segment ${segment} of ${segments}`);
    for (let column = 0; column < width; column++) {
      const at = segment * width + column;
      sums[at] = (sums[at] ?? 0) + (rows[row * width + column] ?? 0);
    }
  }
  return output;
}
