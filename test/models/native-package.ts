/** The native package that this machine's cache holds, for tests that run on the native backend where there is one. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readConfig } from '../../worker/config.ts';

/** Its folder, or undefined (said once, on one line) where none has been built. */
export function nativePackageForTests(): string | undefined {
  const folder = path.join(readConfig().cache, 'tfjs-node');
  const builds = existsSync(folder) ? readdirSync(folder) : [];
  const found = builds
    .map(build => path.join(folder, build, 'node_modules', '@tensorflow', 'tfjs-node'))
    .find(each => existsSync(path.join(each, 'lib', 'napi-v8', 'tfjs_binding.node')));
  if (found === undefined && !wasSaid) console.warn(`no native backend in ${folder}: its tests are skipped`);
  wasSaid = true;
  return found;
}

let wasSaid = false;
