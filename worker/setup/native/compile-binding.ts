/** Compiles tfjs-node's binding against the unpacked library: one compiler call, needing neither node-gyp nor Node's headers. */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { CachedFolderJob } from '../cached-folder.ts';
import { succeeded } from '../processes/run-command.ts';
import { commandFailure } from './native-failure.ts';

/** Where tfjs-node looks for its binding, below its package. */
export const bindingFile = 'lib/napi-v8/tfjs_binding.node';
/** TensorFlow's libraries, below the package. */
export const libraryFiles = ['deps/lib/libtensorflow_cc.so.2', 'deps/lib/libtensorflow_framework.so.2'];

export async function compileBinding(job: CachedFolderJob, packageFolder: string): Promise<void> {
  const headers = path.join(job.partial, 'node_modules', 'node-api-headers');
  await mkdir(path.join(packageFolder, path.dirname(bindingFile)), { recursive: true });
  const result = await job.run({ command: 'g++', args: compilerArguments(headers), folder: packageFolder });
  if (!succeeded(result)) throw commandFailure('g++', result, 'look into the log; g++ 8 or newer is needed');
  for (const folder of [headers, path.join(packageFolder, 'deps', 'include')]) await rm(folder, { recursive: true });
}

function compilerArguments(headers: string): string[] {
  return [
    '-O2',
    '-shared',
    '-fPIC',
    '-std=c++17',
    '-DNAPI_VERSION=8',
    `-I${path.join(headers, 'include')}`,
    '-Ideps/include',
    'binding/tfjs_backend.cc',
    'binding/tfjs_binding.cc',
    '-o',
    bindingFile,
    '-Ldeps/lib',
    // Relative to the binding, so that the folder can be renamed into place.
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
    ...libraryFiles.map(file => `-l:${path.basename(file)}`),
  ];
}
