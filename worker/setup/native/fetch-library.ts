/** The TensorFlow C library, out of a wheel of the Python package index. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { dataFolder } from '../../entry-points.ts';
import type { CachedFolderJob } from '../cached-folder.ts';
import { succeeded } from '../processes/run-command.ts';
import { commandFailure, NativeFailure } from './native-failure.ts';
import { tensorflowVersion, type TensorflowWheel } from './native-versions.ts';

/** Downloads the wheel to the result's path, and checks its hash. */
export async function fetchWheel(job: CachedFolderJob, wheel: TensorflowWheel): Promise<string> {
  const folder = path.join(job.partial, 'wheel');
  const result = await job.run({ command: 'python3', args: downloadArguments(wheel, folder) });
  if (!succeeded(result)) {
    const remedy = 'check that pip reaches its package index (python3 -m pip config list; PIP_INDEX_URL)';
    throw commandFailure('pip download', result, remedy);
  }
  const name = (await readdir(folder)).find(each => each.endsWith('.whl'));
  if (name === undefined) throw new NativeFailure('pip download left no wheel', 'look into the log');
  const file = path.join(folder, name);
  const sha256 = await hashOf(file);
  if (sha256 !== wheel.sha256) {
    const reason = `${name} is not the file that was published: its SHA-256 is ${sha256}, not ${wheel.sha256}`;
    throw new NativeFailure(reason, 'find out what the package index, or a mirror or proxy before it, delivers');
  }
  return file;
}

/** Unpacks libraries and headers to `deps` below the tfjs-node package, and removes the wheel. */
export async function unpackWheel(job: CachedFolderJob, wheel: string, packageFolder: string): Promise<void> {
  const script = path.join(dataFolder('native-packages'), 'unpack-wheel.py');
  const result = await job.run({ command: 'python3', args: [script, wheel, path.join(packageFolder, 'deps')] });
  if (!succeeded(result)) throw commandFailure('unpacking the wheel', result, 'is the disk full? Look into the log');
  await rm(path.dirname(wheel), { recursive: true });
}

/** Platform and Python are named, so that the machine's own Python may be any; no cache keeps the 198 MB. */
function downloadArguments({ distribution, platformTags }: TensorflowWheel, folder: string): string[] {
  return [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-cache-dir',
    '--no-deps',
    '--only-binary=:all:',
    ...platformTags.flatMap(tag => ['--platform', tag]),
    '--python-version=311',
    '--implementation=cp',
    '--abi=cp311',
    '--retries=1',
    '--timeout=30',
    `--dest=${folder}`,
    `${distribution}==${tensorflowVersion}`,
  ];
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
