/** JSON and tree artifacts. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { digestOf } from '../../schemas/identity.ts';
import { ArtifactContentError, CorruptBlobError, MissingBlobError, UnsafePathError } from '../../store/errors.ts';
import { getJson, putJson } from '../../store/json-artifact.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import { extractTree, getTree, putFolder, putTree } from '../../store/tree-artifact.ts';

describe('json', () => {
  const schema = z.strictObject({ a: z.number(), b: z.string().optional() });

  test('equal values have one digest, and come back', async () => {
    const store = createMemoryStore();
    const artifact = await putJson(store, { b: 'é', a: 1 });
    expect(artifact).toEqual({ kind: 'json', digest: digestOf('{"a":1,"b":"é"}'), bytes: 16 });
    expect(await putJson(store, { a: 1, b: 'é' })).toEqual(artifact);
    expect(await getJson(store, artifact.digest, schema)).toEqual({ a: 1, b: 'é' });
  });

  test('what is not what the schema asks for is refused, with where and the digest', async () => {
    const store = createMemoryStore();
    const { digest } = await putJson(store, { a: 'one', c: 2 });
    const reading = getJson(store, digest, schema);
    await expect(reading).rejects.toThrow(ArtifactContentError);
    await expect(reading).rejects.toThrow(digest);
    await expect(reading).rejects.toThrow('→ at a');
    await expect(getJson(store, await store.put(Buffer.from('{')), schema)).rejects.toThrow(ArtifactContentError);
    await expect(getJson(store, await store.put(Buffer.from([0x22, 0xff, 0x22])), z.string())).rejects.toThrow(
      ArtifactContentError,
    );
    await expect(getJson(store, digestOf('nothing'), schema)).rejects.toThrow(MissingBlobError);
  });

  test('a number that JSON does not have is a bug', async () => {
    await expect(putJson(createMemoryStore(), { a: Number.NaN })).rejects.toThrow('internal:');
  });
});

describe('trees', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'espalier-tree-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const large = new Uint8Array(5_000_000).fill(3);

  async function folder(name: string): Promise<string> {
    const made = path.join(root, name);
    await mkdir(path.join(made, 'step-10', 'deep'), { recursive: true });
    await mkdir(path.join(made, 'empty'));
    await writeFile(path.join(made, 'step-10', 'deep', 'weights'), large);
    await writeFile(path.join(made, 'step-10.txt'), 'ten');
    await writeFile(path.join(made, 'a'), '');
    return made;
  }

  test('a folder goes in and comes out, whoever made it first', async () => {
    const store = createMemoryStore();
    const artifact = await putFolder(store, await folder('one'));
    expect(artifact).toEqual({ kind: 'tree', digest: artifact.digest, bytes: 5_000_003 });
    expect(await putFolder(store, await folder('two'))).toEqual(artifact);
    expect(await getTree(store, artifact.digest)).toEqual({
      files: [
        { path: 'a', digest: digestOf(''), bytes: 0 },
        { path: 'step-10.txt', digest: digestOf('ten'), bytes: 3 },
        { path: 'step-10/deep/weights', digest: digestOf(large), bytes: 5_000_000 },
      ],
    });
    const out = path.join(root, 'out');
    await extractTree(store, artifact.digest, out);
    expect(await readFile(path.join(out, 'step-10.txt'), 'utf8')).toBe('ten');
    expect(Buffer.compare(await readFile(path.join(out, 'step-10', 'deep', 'weights')), large)).toBe(0);
    expect((await putFolder(store, out)).digest).toBe(artifact.digest);
    await expect(extractTree(store, artifact.digest, out)).rejects.toThrow('EEXIST');
  });

  test('a link in a folder is refused', async () => {
    const made = await folder('one');
    await symlink('/etc/passwd', path.join(made, 'link'));
    await expect(putFolder(createMemoryStore(), made)).rejects.toThrow(
      '"link" cannot be a file of a tree: it is no plain file',
    );
  });

  test('a blob that is not what the manifest says is not extracted without a word', async () => {
    const store = createMemoryStore();
    const { digest } = await putFolder(store, await folder('one'));
    const corrupt = {
      get: store.get,
      open: async () => ({ bytes: 3, read: async () => Buffer.from('odd'), close: async () => undefined }),
    };
    await expect(extractTree(corrupt, digest, path.join(root, 'out'))).rejects.toThrow(CorruptBlobError);
  });

  const file = (name: string) => ({ path: name, digest: digestOf('x'), bytes: 1 });

  test.each([
    [['../x'], '"../x" cannot be a file of a tree: it is no relative path within the tree'],
    [['/etc/x'], 'is no relative path within the tree'],
    [['a/./b'], 'is no relative path within the tree'],
    [['a//b'], 'is no relative path within the tree'],
    [['a/'], 'is no relative path within the tree'],
    [['a\\b'], 'holds a character that is no part of a path everywhere'],
    [['a\0b'], 'holds a character that is no part of a path everywhere'],
    [['a', 'a'], 'is there twice'],
    [['a', 'a-b', 'a/b'], '"a/b" cannot be a file of a tree: it lies below a, which is a file'],
  ])('files %j are no tree, neither written nor read', async (names, problem) => {
    const store = createMemoryStore();
    await expect(putTree(store, names.map(file))).rejects.toThrow(UnsafePathError);
    await expect(putTree(store, names.map(file))).rejects.toThrow(problem);
    const { digest } = await putJson(store, { files: names.map(file) });
    await expect(getTree(store, digest)).rejects.toThrow(ArtifactContentError);
    await expect(getTree(store, digest)).rejects.toThrow(problem);
  });

  test('a manifest whose files are not sorted is not read', async () => {
    const store = createMemoryStore();
    const { digest } = await putJson(store, { files: [file('b'), file('a')] });
    await expect(getTree(store, digest)).rejects.toThrow('comes after b: paths are sorted');
    expect((await putTree(store, [file('b'), file('a')])).kind).toBe('tree');
  });
});
