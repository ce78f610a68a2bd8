/** The files a plan is made from, given to the planner so that it needs no file system; and a note of which were read. */
import path from 'node:path';
import { type Digest, digestOf } from '../schemas/identity.ts';

export interface SourceFiles {
  /** All bytes of a file; undefined where there is none. */
  readonly read: (path: string) => Uint8Array | undefined;
  /** Digest and length of a file, however large; undefined where there is none. */
  readonly digest: (path: string) => SourceDigest | undefined;
  /** The same of a file, or of a folder by the paths and digests of the files below it. */
  readonly treeDigest: (path: string) => SourceDigest | undefined;
  /** Of what a command prints when it is run in a folder; the reason where it cannot be run or fails. */
  readonly outputDigest: (command: readonly string[], folder: string) => SourceDigest | { readonly problem: string };
}

export interface SourceDigest {
  readonly digest: Digest;
  readonly bytes: number;
}

export interface SourceFile {
  readonly path: string;
  readonly digest: Digest;
}

/** The same files, and those asked for so far, in the order of the first time. */
export function trackFiles(files: SourceFiles): { readonly files: SourceFiles; readonly sources: () => SourceFile[] } {
  const seen = new Map<string, Digest>();
  const read: SourceFiles['read'] = file => {
    const bytes = files.read(file);
    if (bytes !== undefined && !seen.has(file)) seen.set(file, digestOf(bytes));
    return bytes;
  };
  const digest: SourceFiles['digest'] = file => {
    const found = files.digest(file);
    if (found !== undefined && !seen.has(file)) seen.set(file, found.digest);
    return found;
  };
  const trees = new Map<string, ReturnType<SourceFiles['treeDigest']>>();
  // Cell after cell names the same code: it is read once, and is the same for all of them.
  const treeDigest: SourceFiles['treeDigest'] = file => {
    const found = trees.has(file) ? trees.get(file) : files.treeDigest(file);
    trees.set(file, found);
    if (found !== undefined && !seen.has(file)) seen.set(file, found.digest);
    return found;
  };
  // What a command prints is no file that the plan was made from: it stands in the cells alone.
  const { outputDigest } = files;
  return {
    files: { read, digest, treeDigest, outputDigest },
    sources: () => [...seen].map(([file, found]) => ({ path: file, digest: found })),
  };
}

/** A path written in a document, as seen from where the document is: relative ones begin at its folder. */
export function pathBeside(document: string, written: string): string {
  return path.posix.isAbsolute(written)
    ? path.posix.normalize(written)
    : path.posix.join(path.posix.dirname(document), written);
}

/** Whether two relative or two absolute paths lead to one file. */
export function isSameFile(a: string, b: string): boolean {
  return path.posix.normalize(a) === path.posix.normalize(b);
}
