/** Which names of runs, studies and files a store accepts: those that stay one path segment everywhere. */
import { UnsafeNameError } from './errors.ts';

const safe = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** A run's name is its study's and a number, hence the longer one. */
const longest = { study: 100, run: 120, 'run file': 120 } as const;

/** The name itself; an `UnsafeNameError` where it could leave its folder, hide in it or be no file name at all. */
export function safeName(what: keyof typeof longest, name: string): string {
  if (!safe.test(name) || name.length > longest[what]) throw new UnsafeNameError(what, name, longest[what]);
  return name;
}

/** Names in a run's folder that the store itself uses. */
const reserved: ReadonlySet<string> = new Set(['run.json', 'events', 'logs', 'partial']);

/** The name of a file that people open in a run's folder; folders in it are parted by `/`. */
export function runFileName(name: string): string {
  const [first = '', ...rest] = name.split('/');
  if (reserved.has(first)) throw new Error(`internal: the run file ${name} is the store's own`);
  return [first, ...rest].map(segment => safeName('run file', segment)).join('/');
}
