/** Whether this machine has what building the native backend takes. */
import path from 'node:path';
import process from 'node:process';
import type { CachedFolderJob } from '../cached-folder.ts';
import { freeBytes } from '../disk.ts';
import { succeeded } from '../processes/run-command.ts';
import { NativeFailure } from './native-failure.ts';
import { tensorflowWheel, type TensorflowWheel } from './native-versions.ts';

const gigabyte = 1e9;
/** At its peak: the wheel 0.21, what is unpacked of it 0.62, npm packages 0.06 and npm's own cache; and some room. */
const bytesNeeded = 1.2 * gigabyte;

const tools = [
  {
    command: 'python3',
    args: ['--version'],
    missing: 'python3 is not on PATH',
    remedy: 'install Python 3 with pip (Debian and Ubuntu: python3-pip)',
  },
  {
    command: 'python3',
    args: ['-m', 'pip', '--version'],
    missing: 'python3 has no pip',
    remedy: 'install pip for Python 3 (Debian and Ubuntu: python3-pip)',
  },
  {
    command: 'g++',
    args: ['--version'],
    missing: 'there is no C++ compiler: g++ is not on PATH',
    remedy: 'install g++ (Debian and Ubuntu: g++)',
  },
  {
    command: 'npm',
    args: ['--version'],
    missing: 'npm is not on PATH',
    remedy: 'put the npm that came with Node on PATH',
  },
] as const;

/** The wheel for this machine; throws a `NativeFailure` for the first thing that is missing. */
export async function checkBuildTools(job: CachedFolderJob): Promise<TensorflowWheel> {
  const wheel = tensorflowWheel();
  if (wheel === undefined) {
    const reason = `no TensorFlow library is known for ${process.platform} on ${process.arch}`;
    throw new NativeFailure(reason, 'run on Linux (x86-64 or arm64) to have it');
  }
  for (const { command, args, missing, remedy } of tools) {
    const result = await job.run({ command, args, timeLimitSeconds: 60 });
    if (!succeeded(result)) throw new NativeFailure(missing, remedy);
  }
  const free = await freeBytes(path.dirname(job.partial));
  if (free < bytesNeeded) {
    const [have, need] = [free, bytesNeeded].map(bytes => `${(bytes / gigabyte).toFixed(1)} GB`);
    throw new NativeFailure(`${path.dirname(job.partial)} has ${have} of free disk; ${need} are needed`, diskRemedy);
  }
  return wheel;
}

const diskRemedy = 'free some disk, or let ESPALIER_CACHE name a folder on a larger one';
