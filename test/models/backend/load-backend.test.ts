/** Which backend is loaded, and what is said of those that were not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import util from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { loadBackend } from '../../../models/backend/load-backend.ts';
import { nativePackageForTests } from '../native-package.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'espalier-package-'));
afterAll(() => rmSync(folder, { recursive: true }));

const nativePackage = nativePackageForTests();

test.skipIf(nativePackage === undefined)(
  'the native backend runs graphs on one thread and passes nothing over',
  async () => {
    // As on Node 23, which no longer has them.
    for (const removed of ['isArray', 'isNullOrUndefined']) Reflect.deleteProperty(util, removed);
    const { name, mode, threads, library, passedOver, tf } = await loadBackend({ nativePackage: nativePackage! });
    expect({ name, mode, threads, passedOver }).toEqual({ name: 'native', mode: 'graph', threads: 1, passedOver: [] });
    expect(library).toMatch(/^tfjs-node 4\.22\.0, TensorFlow 2\.\d+\.\d+$/);
    expect(tf.getBackend()).toBe('tensorflow');
    expect(process.env.TF_ENABLE_ONEDNN_OPTS).toBe('0');
  },
);

test('without a native package the wasm backend is taken, and the reason is told', async () => {
  const { name, mode, passedOver, tf } = await loadBackend();
  expect({ name, mode, passedOver }).toEqual({
    name: 'wasm',
    mode: 'eager',
    passedOver: [{ name: 'native', reason: 'no folder of a native package was given' }],
  });
  expect(tf.getBackend()).toBe('wasm');
});

test('a package of another version is passed over by name and version', async () => {
  writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ name: '@tensorflow/tfjs-node', version: '4.21.0' }),
  );
  const { name, passedOver } = await loadBackend({ nativePackage: folder });
  expect(name).toBe('wasm');
  expect(passedOver).toEqual([
    { name: 'native', reason: `@tensorflow/tfjs-node in ${folder} is 4.21.0; only 4.22.0 is known to work` },
  ]);
});

test('a forced backend that does not load is an error, never another backend', async () => {
  await expect(loadBackend({ force: 'native' })).rejects.toThrow('no folder of a native package was given');
  await expect(loadBackend({ force: 'native', nativePackage: path.join(folder, 'nothing') })).rejects.toThrow('ENOENT');
});

test('the cpu backend loads where it is asked for', async () => {
  const { name, mode, tf } = await loadBackend({ force: 'cpu' });
  expect({ name, mode, active: tf.getBackend() }).toEqual({ name: 'cpu', mode: 'eager', active: 'cpu' });
});
