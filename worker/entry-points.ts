/**
 * Where the runnable programs and data files that are no part of the calling bundle lie. Bundled, they are beside it
 * in `dist/`; run from source, data files are in the tree and programs in the `dist/` of the last build.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Programs that are started as processes of their own; each is a bundle `dist/<name>.js`. */
export type EntryPoint = 'espalier' | 'worker' | 'compute' | 'server-supervisor';

/** Data folders, by their name in `dist/` and their place in the source tree. */
const dataFolders = {
  'go-build': 'setup/temporal/go-build',
  'native-packages': 'setup/native/packages',
} as const;

export type DataFolder = keyof typeof dataFolders;

const here = path.dirname(fileURLToPath(import.meta.url));
const bundled = path.basename(here) === 'dist';
const dist = bundled ? here : path.join(here, '..', 'dist');

/** The path of a program. Throws when it was not built. */
export function entryPoint(name: EntryPoint): string {
  const file = path.join(dist, `${name}.js`);
  if (!existsSync(file)) throw new Error(`${file} is not there; build it with: npm run build`);
  return file;
}

/** The workflows as a worker loads them. Throws when they were not bundled. */
export function workflowBundle(): string {
  const file = path.join(dist, 'workflow-bundle.js');
  if (!existsSync(file)) throw new Error(`${file} is not there; build it with: npm run build`);
  return file;
}

/** The version of the bundled workflows: a digest of their sources. Throws when they were not bundled. */
export function workflowVersion(): string {
  const file = path.join(dist, 'workflow-version');
  if (!existsSync(file)) throw new Error(`${file} is not there; build it with: npm run build`);
  return readFileSync(file, 'utf8');
}

/** The path of a data folder. */
export function dataFolder(name: DataFolder): string {
  return bundled ? path.join(here, name) : path.join(here, dataFolders[name]);
}
