/**
 * Files of programs as keys see them: a file, or a folder with all below it. Left out is what running a program leaves
 * behind or what is no part of it: names that begin with a dot, `__pycache__` and `*.pyc`.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Digest, digestOf, digestSchema } from '../schemas/identity.ts';
import { UnsafePathError } from './errors.ts';

export interface SourceTreeFile {
  /** Below the folder, with forward slashes; empty where the tree is one file. */
  readonly below: string;
  readonly file: string;
}

/** Digest and length of a file, or of a folder by the paths and digests of its files; undefined where there is none. */
export function digestSourceTree(root: string): { readonly digest: Digest; readonly bytes: number } | undefined {
  if (statSync(root, { throwIfNoEntry: false }) === undefined) return undefined;
  const found = sourceTreeFiles(root).map(({ below, file }) => ({ below, ...digestFile(file) }));
  const [only] = found;
  if (only !== undefined && only.below === '') return { digest: only.digest, bytes: only.bytes };
  const lines = found.map(({ below, digest }) => `${digest} ${below}\n`).join('');
  return { digest: digestOf(lines), bytes: found.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** The files of a tree, sorted by path. An `UnsafePathError` for a link to a folder, which could lead in a circle. */
export function sourceTreeFiles(root: string): SourceTreeFile[] {
  if (!statSync(root).isDirectory()) return [{ below: '', file: root }];
  return [...filesBelow(root, '')].sort((a, b) => (a.below < b.below ? -1 : 1));
}

function* filesBelow(root: string, below: string): Generator<SourceTreeFile> {
  for (const entry of readdirSync(path.join(root, below), { withFileTypes: true })) {
    if (isLeftOut(entry.name)) continue;
    const name = path.posix.join(below, entry.name);
    const file = path.join(root, name);
    if (entry.isDirectory()) yield* filesBelow(root, name);
    else if (entry.isFile() || statSync(file, { throwIfNoEntry: false })?.isFile() === true)
      yield { below: name, file };
    else throw new UnsafePathError(file, 'is neither file nor folder, or a link that leads to no file');
  }
}

function isLeftOut(name: string): boolean {
  return name.startsWith('.') || name === '__pycache__' || name.endsWith('.pyc');
}

/** Files may be larger than memory: hashed in pieces of this size. */
const pieceBytes = 2 ** 20;

/** Digest and length of one file. */
export function digestFile(file: string): { readonly digest: Digest; readonly bytes: number } {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(pieceBytes);
  const descriptor = openSync(file, 'r');
  let bytes = 0;
  try {
    for (let read = readSync(descriptor, piece); read > 0; read = readSync(descriptor, piece)) {
      hash.update(piece.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(descriptor);
  }
  return { digest: digestSchema.parse(hash.digest('hex')), bytes };
}
