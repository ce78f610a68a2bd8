/** The npm packages of the native backend, and out of them only what runs. */
import { cp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { dataFolder } from '../../entry-points.ts';
import type { CachedFolderJob } from '../cached-folder.ts';
import { succeeded } from '../processes/run-command.ts';
import { commandFailure } from './native-failure.ts';

/** Installs into `<job.partial>/node_modules`, each package checked against the hash in packages/package-lock.json. */
export async function fetchPackages(job: CachedFolderJob): Promise<void> {
  for (const name of ['package.json', 'package-lock.json']) {
    await cp(path.join(dataFolder('native-packages'), name), path.join(job.partial, name));
  }
  const result = await job.run({
    command: 'npm',
    // Without its own install script, which asks a cloud bucket for a library and fails, or hangs, where there is none.
    args: ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...impatience],
    folder: job.partial,
  });
  if (!succeeded(result)) {
    throw commandFailure('npm ci', result, 'check that npm reaches its package registry (npm config get registry)');
  }
  await removeUnused(path.join(job.partial, 'node_modules', '@tensorflow'));
}

/** A registry that cannot be reached is no reason to wait for minutes. */
const impatience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=60000'];

/** Bundles for browsers and source maps: 270 of 300 MB. Node loads `dist/*.node.js` and the modules beside them. */
const unused = /\.map$|\.html$|\.tsbuildinfo$|\.min\.js$|\.es2017\.js$|\.fesm\.js$|^tf(-[a-z-]+)?\.js$/;

async function removeUnused(folder: string): Promise<void> {
  const files = await readdir(folder, { recursive: true });
  const gone = files.filter(file => unused.test(path.basename(file)));
  for (const file of gone) await rm(path.join(folder, file));
}
