import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import type * as entryPoints from '../../worker/entry-points.ts';
import { dataFolder } from '../../worker/entry-points.ts';

test('run from source, data folders are in the tree', () => {
  expect(readdirSync(dataFolder('go-build')).sort()).toEqual(['go.mod', 'go.sum']);
  expect(readdirSync(dataFolder('native-packages')).sort()).toEqual([
    'package-lock.json',
    'package.json',
    'unpack-wheel.py',
  ]);
});

test('bundled, programs and data folders are beside the bundle, and a program that was not built is an error', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-entry-points-'));
  const dist = path.join(folder, 'dist');
  const outfile = path.join(dist, 'chunk.mjs');
  const entry = fileURLToPath(new URL('../../worker/entry-points.ts', import.meta.url));
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  const bundled = (await import(pathToFileURL(outfile).href)) as typeof entryPoints;
  expect(bundled.dataFolder('go-build')).toBe(path.join(dist, 'go-build'));
  expect(() => bundled.entryPoint('worker')).toThrow(/worker\.js is not there; build it with: npm run build$/);
  mkdirSync(dist, { recursive: true });
  writeFileSync(path.join(dist, 'worker.js'), '');
  expect(existsSync(bundled.entryPoint('worker'))).toBe(true);
  rmSync(folder, { recursive: true });
});
