/** The file system, and the commands of this machine, as the planner sees them. */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import type { SourceFiles } from '../planner/source-files.ts';
import { digestOf } from '../schemas/identity.ts';
import { digestFile, digestSourceTree } from '../store/source-tree.ts';

export const studyFiles: SourceFiles = {
  read: path => ifFile(path, () => readFileSync(path)),
  digest: path => ifFile(path, () => digestFile(path)),
  treeDigest: path => ifThere(() => digestSourceTree(path)),
  outputDigest: (command, folder) => outputDigest(command, folder),
};

/** What a file may be missing for, or be named so that no file can be. */
const noFile: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'ERR_INVALID_ARG_VALUE']);

/**
 * Nothing where there is no file, or something else by that name: the planner says which reference names it. Pipes and
 * devices are not waited for: they may never end.
 */
function ifFile<Value>(path: string, read: () => Value): Value | undefined {
  return ifThere(() => (statSync(path).isFile() ? read() : undefined));
}

function ifThere<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && noFile.has(error.code)) return undefined;
    throw error;
  }
}

/** A probe that says nothing for so long is none. */
const probeMilliseconds = 60_000;

/** A cell's parameters are read once per combination of axes: the same command is run once. */
const outputs = new Map<string, ReturnType<SourceFiles['outputDigest']>>();

function outputDigest(command: readonly string[], folder: string): ReturnType<SourceFiles['outputDigest']> {
  const name = JSON.stringify([command, folder]);
  const known = outputs.get(name);
  if (known !== undefined) return known;
  const [program = '', ...words] = command;
  const { status, signal, stdout, error } = spawnSync(program, words, { cwd: folder, timeout: probeMilliseconds });
  const found =
    error === undefined && status === 0
      ? { digest: digestOf(stdout), bytes: stdout.length }
      : { problem: error?.message ?? (signal === null ? `it ended with code ${status}` : `it was ended by ${signal}`) };
  outputs.set(name, found);
  return found;
}
