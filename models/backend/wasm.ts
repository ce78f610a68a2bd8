/** Loads the WebAssembly backend with SIMD and gives it what training needs and it lacks. */
import { createRequire } from 'node:module';
import path from 'node:path';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { tensorFlow } from './library.ts';
import type { TensorFlow } from './tensorflow.ts';
import { registerWasmGather } from './wasm/gather-kernel.ts';
import { registerWasmMatmul } from './wasm/matmul-kernel.ts';
import { refuseUnsafeOps } from './wasm/refused-ops.ts';
import { registerWasmSegmentSum } from './wasm/segment-sum-kernel.ts';
import { registerWasmSplit } from './wasm/split-kernel.ts';

const require = createRequire(import.meta.url);

/** TensorFlow.js with `wasm` as its active backend. */
export async function loadWasm(): Promise<TensorFlow> {
  const tf = tensorFlow();
  const isNew = tf.findBackend('wasm') === null;
  const wasm: unknown = require('@tensorflow/tfjs-backend-wasm');
  if (!hasWasmPaths(wasm)) throw new Error('internal: this is not the wasm backend of TensorFlow.js');
  if (isNew) wasm.setWasmPaths(binaryFolder());
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js could not start its wasm backend');
  const backend: unknown = tf.backend();
  if (!isBackendWasm(backend)) throw new Error('internal: the active backend is not the wasm one');
  if (isNew) {
    registerWasmMatmul(tf, backend);
    registerWasmSegmentSum(tf, backend);
    registerWasmGather(tf, backend);
    registerWasmSplit(tf, backend);
    refuseUnsafeOps(tf);
  }
  return tf;
}

/** Found through the package, so that a bundle which leaves packages outside finds it too. */
function binaryFolder(): string {
  const manifest = require.resolve('@tensorflow/tfjs-backend-wasm/package.json');
  return path.join(path.dirname(manifest), 'dist') + path.sep;
}

function hasWasmPaths(value: unknown): value is { readonly setWasmPaths: (folder: string) => void } {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'setWasmPaths') === 'function';
}

function isBackendWasm(value: unknown): value is BackendWasm {
  return typeof value === 'object' && value !== null && 'wasm' in value && 'getMemoryOffset' in value;
}
