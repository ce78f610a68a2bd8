/** The same run in two processes, from a bundle: one hash. */
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nativePackageForTests } from '../native-package.ts';

// Below node_modules, so that the bundle finds its packages, as an installed program would.
const folder = fileURLToPath(new URL('../../../node_modules/.cache/espalier-processes-test', import.meta.url));
const bundle = path.join(folder, `hash-run-${process.pid}.mjs`);

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  const entry = fileURLToPath(new URL('hash-run.ts', import.meta.url));
  await build({
    entryPoints: [entry],
    outfile: bundle,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
});
afterAll(() => rmSync(bundle, { force: true }));

const nativePackage = nativePackageForTests();

for (const [name, packageFolder] of [
  ['native', nativePackage],
  ['wasm', ''],
] as const) {
  test.skipIf(packageFolder === undefined)(`two processes on ${name} end with the same bits`, async () => {
    const run = async () =>
      (await promisify(execFile)(process.execPath, [bundle, name, packageFolder ?? ''])).stdout.trim();
    const hashes = await Promise.all([run(), run()]);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(hashes[1]).toBe(hashes[0]);
  });
}
