/**
 * Loads tfjs-node, the native backend, from a folder that holds it. TensorFlow takes its options from the environment
 * when its library is loaded, which is why this file sets variables (it reads none).
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { env } from 'node:process';
import { isMainThread } from 'node:worker_threads';
import { z } from 'zod';
import { useLibrary } from './library.ts';
import { isNativeKernels, type NativeKernels } from './native-binding.ts';
import { registerNativeGather } from './native-gather.ts';
import type { TensorFlow } from './tensorflow.ts';

/** The recorder leans on private parts of exactly this version. */
const version = '4.22.0';

export interface NativeLibrary {
  readonly tf: TensorFlow;
  readonly kernels: NativeKernels;
  readonly library: string;
}

/**
 * `packageFolder` is the folder of `@tensorflow/tfjs-node` (or `-gpu`) with its compiled binding and TensorFlow library.
 * Throws when the folder, the version or the platform does not fit.
 */
export async function loadNative(packageFolder: string, threads: number): Promise<NativeLibrary> {
  // A worker thread has its own copy of the environment: what is set there never reaches the native library.
  if (!isMainThread) throw new Error('the native backend is loaded in the main thread of a process only');
  const name = packageName(packageFolder);
  setOptions(threads);
  const require = createRequire(path.join(packageFolder, 'package.json'));
  restoreRemovedUtilities(require('node:util'));
  const tf = useLibrary(require(packageFolder));
  // Loading it makes it the active backend; loaded a second time, it has to be told to.
  await tf.setBackend('tensorflow');
  const kernels: unknown = tf.backend();
  if (!isNativeKernels(kernels)) {
    throw new Error(`${name} ${version} in ${packageFolder} lacks private parts that graphs need: is it patched?`);
  }
  registerNativeGather(tf, kernels);
  const shortName = name.replace('@tensorflow/', '');
  return { tf, kernels, library: `${shortName} ${version}, TensorFlow ${kernels.binding.TF_Version}` };
}

const manifestSchema = z.object({ name: z.string(), version: z.string() });

function packageName(packageFolder: string): string {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8')));
  if (manifest.version !== version) {
    throw new Error(`${manifest.name} in ${packageFolder} is ${manifest.version}; only ${version} is known to work`);
  }
  return manifest.name;
}

function setOptions(threads: number): void {
  Object.assign(env, {
    // 2 leaves out information and warnings, which TensorFlow prints with every start.
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    // In graph mode oneDNN makes batched products of small matrices up to eight times slower.
    TF_ENABLE_ONEDNN_OPTS: '0',
  });
}

/** tfjs-node 4.22.0 calls two functions that Node 23 removed. */
function restoreRemovedUtilities(utilities: unknown): void {
  if (typeof utilities !== 'object' || utilities === null) throw new Error('internal: node:util is no object');
  const removed = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  };
  for (const [name, restored] of Object.entries(removed)) {
    if (!(name in utilities)) Object.assign(utilities, { [name]: restored });
  }
}
