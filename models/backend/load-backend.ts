/** Finds the fastest backend that works here: native, then wasm, then plain JavaScript. */
import type { Backend, BackendName, PassedOver } from './backend.ts';
import { tensorFlow } from './library.ts';
import { loadNative } from './native.ts';
import { checkGraphs } from './self-check.ts';
import { loadWasm } from './wasm.ts';

export interface BackendOptions {
  /** This backend or an error; by default, the first that loads. */
  readonly force?: BackendName;
  /** The folder of a `@tensorflow/tfjs-node` package that is ready to load; without it there is no native backend. */
  readonly nativePackage?: string;
  /** Native threads within an op, 1 by default: results are the same on every run only while it stays the same. */
  readonly threads?: number;
}

/**
 * Loads a backend and makes it the active one of this process. What is faster but did not load is in `passedOver`; a
 * forced backend that does not load is an error.
 */
export async function loadBackend(options: BackendOptions = {}): Promise<Backend> {
  const { force } = options;
  if (force !== undefined) return loaders[force](options, []);
  const passedOver: PassedOver[] = [];
  for (const name of ['native', 'wasm'] as const) {
    try {
      return await loaders[name](options, passedOver);
    } catch (error) {
      passedOver.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return loaders.cpu(options, passedOver);
}

type Loader = (options: BackendOptions, passedOver: PassedOver[]) => Promise<Backend>;

const loaders: { readonly [name in BackendName]: Loader } = {
  native: loadNativeBackend,
  wasm: async (_, passedOver) => {
    const tf = await loadWasm();
    const library = `tfjs-backend-wasm ${tf.version_core}, SIMD, own matrix product`;
    return { name: 'wasm', library, mode: 'eager', threads: 1, tf, passedOver };
  },
  cpu: async (_, passedOver) => {
    const tf = tensorFlow();
    await tf.setBackend('cpu');
    return { name: 'cpu', library: `tfjs ${tf.version_core}`, mode: 'eager', threads: 1, tf, passedOver };
  },
};

/** Graphs that do not give what eager execution gives are not used; the native library still is. */
async function loadNativeBackend(
  { nativePackage, threads = 1 }: BackendOptions,
  passedOver: PassedOver[],
): Promise<Backend> {
  if (nativePackage === undefined) throw new Error('no folder of a native package was given');
  const native = await loadNative(nativePackage, threads);
  const backend = { name: 'native', threads, passedOver, ...native } as const;
  try {
    checkGraphs({ ...backend, mode: 'graph' });
    return { ...backend, mode: 'graph' };
  } catch (error) {
    const reason = `graphs failed their check: ${error instanceof Error ? error.message : String(error)}`;
    return { ...backend, mode: 'eager', passedOver: [...passedOver, { name: 'native graphs', reason }] };
  }
}
