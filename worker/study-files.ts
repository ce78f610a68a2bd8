/** The file system as the planner sees it. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { SourceFiles } from '../planner/source-files.ts';
import { digestSchema } from '../schemas/identity.ts';

/** Data files may be larger than memory: hashed in pieces of this size. */
const pieceBytes = 2 ** 20;

export const studyFiles: SourceFiles = {
  read: path => ifThere(() => readFileSync(path)),
  digest: path => ifThere(() => digestFile(path)),
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

/** Nothing where the file is not there, or is a folder: the planner says which reference names it. */
function ifThere<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw error;
  }
}
