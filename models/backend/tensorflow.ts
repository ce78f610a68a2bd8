/** The TensorFlow.js library as a value: which copy of it runs is decided when a backend is loaded, so models receive it. */
import type * as tensorflow from '@tensorflow/tfjs';

/** The namespace that `@tensorflow/tfjs` and `@tensorflow/tfjs-node` both export. */
export type TensorFlow = typeof tensorflow;
export type Tensor = tensorflow.Tensor;
export type TensorInfo = tensorflow.TensorInfo;

/** Whether a loaded module is TensorFlow.js in the one version this project is written for. */
export function isTensorFlow(value: unknown): value is TensorFlow {
  if (typeof value !== 'object' || value === null) return false;
  return Reflect.get(value, 'version_core') === '4.22.0' && typeof Reflect.get(value, 'engine') === 'function';
}
