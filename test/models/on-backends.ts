/** Runs tests on each backend that this machine has, and sees to it that none leaves a tensor behind. */
import { afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import type { Backend, BackendName } from '../../models/backend/backend.ts';
import { loadBackend } from '../../models/backend/load-backend.ts';
import { nativePackageForTests } from './native-package.ts';

/** Native first: a process takes its copy of the library from the backend it loads first. */
export const allBackends: readonly BackendName[] = ['native', 'wasm', 'cpu'];

/** `run` declares tests; the backend is there once they run. Native tests are skipped where there is none. */
export function onBackends(names: readonly BackendName[], run: (backend: () => Backend) => void): void {
  for (const name of names) {
    const nativePackage = nativePackageForTests();
    describe.skipIf(name === 'native' && nativePackage === undefined)(`on ${name}`, () => {
      let backend: Backend | undefined;
      let tensors = 0;
      const loaded = (): Backend => {
        if (backend === undefined) throw new Error('the backend is asked for before its tests run');
        return backend;
      };
      beforeAll(async () => {
        backend = await loadBackend({ force: name, ...(nativePackage === undefined ? {} : { nativePackage }) });
      });
      beforeEach(() => {
        tensors = loaded().tf.memory().numTensors;
      });
      afterEach(() => {
        expect(loaded().tf.memory().numTensors, 'tensors left behind').toBe(tensors);
      });
      run(loaded);
    });
  }
}

/** The same library, op by op. */
export function eagerly(backend: Backend): Backend {
  return { ...backend, mode: 'eager' };
}
