import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { dataFolder } from '../../../../worker/entry-points.ts';
import { tensorflowWheel, tfjsVersion } from '../../../../worker/setup/native/native-versions.ts';

afterEach(() => vi.restoreAllMocks());

const packages = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(dataFolder('native-packages'), name), 'utf8'));

test('the packages that are installed are those that are named', () => {
  expect(packages('package.json')).toMatchObject({ dependencies: { '@tensorflow/tfjs-node': tfjsVersion } });
});

test('every package that npm installs is pinned by hash, and none by where it came from', () => {
  const lock = packages('package-lock.json') as { packages: Record<string, { integrity?: string; resolved?: string }> };
  const installed = Object.entries(lock.packages).filter(([name]) => name !== '');
  expect(installed.length).toBeGreaterThan(100);
  expect(installed.filter(([, entry]) => !entry.integrity?.startsWith('sha512-')).map(([name]) => name)).toEqual([]);
  expect(installed.filter(([, entry]) => entry.resolved !== undefined).map(([name]) => name)).toEqual([]);
});

test.each([
  ['linux', 'x64', 'tensorflow-cpu'],
  ['linux', 'arm64', 'tensorflow-cpu-aws'],
  ['darwin', 'arm64', undefined],
  ['win32', 'x64', undefined],
] as const)('the library for %s on %s comes from %s', (platform, arch, distribution) => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue(platform);
  vi.spyOn(process, 'arch', 'get').mockReturnValue(arch);
  const wheel = tensorflowWheel();
  expect(wheel?.distribution).toBe(distribution);
  if (wheel !== undefined) expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
});
