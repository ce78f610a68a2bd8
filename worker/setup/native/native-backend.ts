/**
 * The native backend: `@tensorflow/tfjs-node` with TensorFlow's own C library, built once for this user from package
 * registries alone. Where it cannot be had, that is said and nothing fails: slower backends need nothing.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import { cacheLog, type CachedFolderJob, haveCachedFolder, isComplete } from '../cached-folder.ts';
import { readJsonFile, writeJsonFile } from '../json-file.ts';
import type { SetupOptions } from '../progress.ts';
import { checkBuildTools } from './build-tools.ts';
import { bindingFile, compileBinding, libraryFiles } from './compile-binding.ts';
import { fetchWheel, unpackWheel } from './fetch-library.ts';
import { fetchPackages } from './fetch-packages.ts';
import { NativeFailure } from './native-failure.ts';
import { buildName, tensorflowVersion, tfjsVersion } from './native-versions.ts';
import { smokeTest } from './smoke-test.ts';

export type NativeBackend =
  /** `package` is the folder of `@tensorflow/tfjs-node`. */
  | { readonly state: 'ready'; readonly package: string }
  | { readonly state: 'unavailable'; readonly reason: string; readonly remedy: string };

export interface NativeBackendOptions extends SetupOptions {
  /** For all of it, waiting for another process included. Measured: 25 s. */
  readonly timeLimitSeconds?: number;
}

const topic = 'native backend';
const defaultTimeLimitSeconds = 600;

/** Looks only; an unavailable one comes with the reason of the last attempt, if there was one. */
export async function findNativeBackend(config: Config): Promise<NativeBackend> {
  const folder = backendFolder(config);
  if (await isComplete(folder)) return { state: 'ready', package: packageIn(folder) };
  const failure = readJsonFile(failureFile(folder), failureSchema);
  if (failure !== undefined) return { state: 'unavailable', ...failure };
  return { state: 'unavailable', reason: 'it has not been built yet', remedy: 'run: espalier setup' };
}

/** Builds it unless it is there. Throws only the signal's reason. */
export async function haveNativeBackend(config: Config, options: NativeBackendOptions): Promise<NativeBackend> {
  const folder = backendFolder(config);
  const seconds = options.timeLimitSeconds ?? defaultTimeLimitSeconds;
  const limit = AbortSignal.timeout(seconds * 1000);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  try {
    await haveCachedFolder({ folder, topic, keyFiles, make: buildBackend }, { progress: options.progress, signal });
    rmSync(failureFile(folder), { force: true });
    return { state: 'ready', package: packageIn(folder) };
  } catch (error) {
    options.signal?.throwIfAborted();
    const failure = limit.aborted
      ? new NativeFailure(
          `it was not built within ${seconds} s`,
          'run: espalier setup, on a faster line or a quieter machine',
        )
      : asFailure(error);
    const remedy = `${failure.remedy} (log: ${cacheLog(folder)})`;
    const unavailable = { reason: failure.message, remedy };
    writeJsonFile(failureFile(folder), unavailable);
    return { state: 'unavailable', ...unavailable };
  }
}

const failureSchema = z.object({ reason: z.string(), remedy: z.string() });
const failureFile = (folder: string) => `${folder}.failure.json`;

const packagePath = 'node_modules/@tensorflow/tfjs-node';
const packageIn = (folder: string) => path.join(folder, packagePath);
const keyFiles = ['dist/index.js', bindingFile, ...libraryFiles]
  .map(file => `${packagePath}/${file}`)
  .concat('node_modules/@tensorflow/tfjs/dist/tf.node.js');

function backendFolder(config: Config): string {
  return path.join(config.cache, 'tfjs-node', buildName);
}

async function buildBackend(job: CachedFolderJob): Promise<void> {
  const start = performance.now();
  const wheel = await checkBuildTools(job);
  job.say(
    `installing tfjs-node ${tfjsVersion} with TensorFlow ${tensorflowVersion} (198 MB to download), once for this user`,
  );
  const [packages, library] = await Promise.allSettled([fetchPackages(job), fetchWheel(job, wheel)]);
  if (packages.status === 'rejected') throw packages.reason;
  if (library.status === 'rejected') throw library.reason;
  const packageFolder = packageIn(job.partial);
  job.say('unpacking TensorFlow (0.6 GB)');
  await unpackWheel(job, library.value, packageFolder);
  job.say('compiling the binding');
  await compileBinding(job, packageFolder);
  const tensorflow = await smokeTest(job, packageFolder);
  const seconds = Math.round((performance.now() - start) / 1000);
  job.say(`tfjs-node ${tfjsVersion} on TensorFlow ${tensorflow} is ready, after ${seconds} s`);
}

/** Whatever it was, studies run without this backend; a fault of ours is told as such. */
function asFailure(error: unknown): NativeFailure {
  if (error instanceof NativeFailure) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new NativeFailure(reason, 'look into the log');
}
