/** `tree` artifacts: a manifest of files, each a blob of its own, and their way from and to a folder. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Artifact, type Tree, treeSchema } from '../schemas/artifact.ts';
import type { Digest } from '../schemas/identity.ts';
import { ArtifactContentError, CorruptBlobError, UnsafePathError } from './errors.ts';
import { getJson, putJson } from './json-artifact.ts';
import type { BlobStore } from './store.ts';

export type TreeFile = Tree['files'][number];

/**
 * Stores a manifest of files whose blobs are in the store. Order does not matter: files are sorted by path. An
 * `UnsafePathError` for a path that leaves the tree or is there twice.
 */
export async function putTree(store: Pick<BlobStore, 'put'>, files: readonly TreeFile[]): Promise<Artifact> {
  const sorted = files
    .map(({ path: name, digest, bytes }) => ({ path: name, digest, bytes }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  checkPaths(sorted);
  const { digest } = await putJson(store, { files: sorted });
  return { kind: 'tree', digest, bytes: sorted.reduce((sum, file) => sum + file.bytes, 0) };
}

/** The manifest of a tree, its paths safe to use below any folder. */
export async function getTree(store: Pick<BlobStore, 'get'>, digest: Digest): Promise<Tree> {
  const tree = await getJson(store, digest, treeSchema);
  try {
    checkPaths(tree.files);
  } catch (error) {
    throw new ArtifactContentError(digest, error instanceof Error ? error.message : String(error));
  }
  return tree;
}

/** Stores the files below a folder. An `UnsafePathError` for what is neither file nor folder (a link, a socket). */
export async function putFolder(store: Pick<BlobStore, 'put' | 'createBlob'>, folder: string): Promise<Artifact> {
  const files: TreeFile[] = [];
  for await (const name of filesBelow(folder, '')) {
    files.push({ path: name, ...(await putFile(store, path.join(folder, name))) });
  }
  return putTree(store, files);
}

/** The same, moving the files into the store where they lie on its file system: they are gone afterwards. */
export async function takeFolder(store: Pick<BlobStore, 'put' | 'takeFile'>, folder: string): Promise<Artifact> {
  const names: string[] = [];
  for await (const name of filesBelow(folder, '')) names.push(name);
  const files: TreeFile[] = [];
  for (const name of names) files.push({ path: name, ...(await store.takeFile(path.join(folder, name))) });
  return putTree(store, files);
}

/** Paths of the files below a folder, with forward slashes. */
async function* filesBelow(folder: string, below: string): AsyncGenerator<string> {
  for (const entry of await readdir(path.join(folder, below), { withFileTypes: true })) {
    const name = path.posix.join(below, entry.name);
    if (entry.isDirectory()) yield* filesBelow(folder, name);
    else if (entry.isFile()) yield name;
    else throw new UnsafePathError(name, 'is no plain file');
  }
}

async function putFile(store: Pick<BlobStore, 'createBlob'>, file: string) {
  const blob = await store.createBlob();
  try {
    for await (const piece of createReadStream(file, { highWaterMark: pieceBytes })) {
      if (piece instanceof Uint8Array) await blob.write(piece);
    }
    return await blob.commit();
  } catch (error) {
    await blob.abort();
    throw error;
  }
}

/** Writes the files of a tree below a folder, which may be there already; existing files are not written over. */
export async function extractTree(
  store: Pick<BlobStore, 'get' | 'open'>,
  digest: Digest,
  folder: string,
): Promise<void> {
  for (const file of (await getTree(store, digest)).files) {
    const target = path.join(folder, ...file.path.split('/'));
    await mkdir(path.dirname(target), { recursive: true });
    await extractFile(store, file, target);
  }
}

/** Copied in pieces: checkpoints are larger than memory should have to be. */
const pieceBytes = 2 ** 22;

async function extractFile(store: Pick<BlobStore, 'open'>, file: TreeFile, target: string): Promise<void> {
  const reader = await store.open(file.digest);
  const hash = createHash('sha256');
  try {
    const handle = await open(target, 'wx');
    try {
      for (let offset = 0; offset < reader.bytes; offset += pieceBytes) {
        const piece = await reader.read(offset, Math.min(pieceBytes, reader.bytes - offset));
        hash.update(piece);
        await handle.writeFile(piece);
      }
    } finally {
      await handle.close();
    }
  } finally {
    await reader.close();
  }
  if (hash.digest('hex') !== file.digest) throw new CorruptBlobError(file.digest);
}

function checkPaths(files: readonly TreeFile[]): void {
  const names = new Set<string>();
  let before = '';
  for (const { path: name } of files) {
    const segments = name.split('/');
    if (segments.some(segment => segment === '' || segment === '.' || segment === '..')) {
      throw new UnsafePathError(name, 'is no relative path within the tree');
    }
    if (/[\\\0]/.test(name)) throw new UnsafePathError(name, 'holds a character that is no part of a path everywhere');
    if (names.has(name)) throw new UnsafePathError(name, 'is there twice');
    if (name < before) throw new UnsafePathError(name, `comes after ${before}: paths are sorted`);
    names.add(name);
    before = name;
  }
  for (const name of names) {
    const above = parents(name).find(parent => names.has(parent));
    if (above !== undefined) throw new UnsafePathError(name, `lies below ${above}, which is a file`);
  }
}

/** The folders that a path lies in. */
function parents(name: string): string[] {
  const segments = name.split('/');
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
}
