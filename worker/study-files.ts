/** The file system as the planner sees it. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { SourceFiles } from '../planner/source-files.ts';
import { digestSchema } from '../schemas/identity.ts';

/** Data files may be larger than memory: hashed in pieces of this size. */
const pieceBytes = 2 ** 20;

export const studyFiles: SourceFiles = {
  read: path => ifFile(path, () => readFileSync(path)),
  digest: path => ifFile(path, () => digestFile(path)),
};

function digestFile(path: string) {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(pieceBytes);
  const file = openSync(path, 'r');
  let bytes = 0;
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      hash.update(piece.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(file);
  }
  return { digest: digestSchema.parse(hash.digest('hex')), bytes };
}

/** What a file may be missing for, or be named so that no file can be. */
const noFile: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'ERR_INVALID_ARG_VALUE']);

/**
 * Nothing where there is no file, or something else by that name: the planner says which reference names it. Pipes and
 * devices are not waited for: they may never end.
 */
function ifFile<Value>(path: string, read: () => Value): Value | undefined {
  try {
    return statSync(path).isFile() ? read() : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && noFile.has(error.code)) return undefined;
    throw error;
  }
}
