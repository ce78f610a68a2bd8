/**
 * The one copy of TensorFlow.js that this process uses. Copies share one engine, but every further one registers all its
 * kernels again, with a warning for each: whichever backend is loaded first brings the copy for all.
 */
import { createRequire } from 'node:module';
import { isTensorFlow, type TensorFlow } from './tensorflow.ts';

let loaded: TensorFlow | undefined;

/** The copy in use, or else the project's own: the union package, whose Node bundle registers gradients. */
export function tensorFlow(): TensorFlow {
  return loaded ?? useLibrary(createRequire(import.meta.url)('@tensorflow/tfjs'));
}

/** Makes a loaded module the copy in use; throws where it is something else. */
export function useLibrary(library: unknown): TensorFlow {
  if (!isTensorFlow(library)) throw new Error('this is not TensorFlow.js in the version this project is written for');
  // Without this the cpu backend prints an advertisement for the native one.
  library.enableProdMode();
  loaded = library;
  return library;
}
