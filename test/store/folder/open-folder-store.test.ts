/** Opening, making and refusing store folders, and what is cleaned away on the way. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreFormatError } from '../../../store/errors.ts';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import type { ProcessMark } from '../../../schemas/process-mark.ts';
import { markProcess } from '../../../store/process-life.ts';
import { publishSample } from '../sample-records.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'espalier-open-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('a store made by many at once is one store, and keeps its id', async () => {
  const folder = path.join(root, 'deep', 'store');
  const stores = await Promise.all(Array.from({ length: 8 }, () => openFolderStore(folder)));
  const ids = new Set(stores.map(({ id }) => id));
  expect(ids.size).toBe(1);
  expect((await openFolderStore(folder)).id).toBe(stores[0]!.id);
  expect(JSON.parse(readFileSync(path.join(folder, 'format.json'), 'utf8'))).toEqual({
    format: 'espalier-store',
    version: 2,
    id: stores[0]!.id,
  });
  expect(readdirSync(path.join(folder, 'temp'))).toEqual([]);
});

test('a store of a newer version is refused, with the way out', async () => {
  await writeFile(path.join(root, 'format.json'), '{"format":"espalier-store","version":3,"id":"x","more":true}');
  await expect(openFolderStore(root)).rejects.toThrow(
    new StoreFormatError(
      `the store in ${root} has format 3; this Espalier reads up to 2: ` +
        'use the newer Espalier that made it, or choose another folder',
    ),
  );
  expect(readdirSync(root)).toEqual(['format.json']);
});

test('a store of an older version is this version from then on, with all that was in it', async () => {
  const before = await openFolderStore(root);
  const { record } = await publishSample(before, 'a');
  await writeFile(path.join(root, 'format.json'), `{"format":"espalier-store","version":1,"id":"${before.id}"}\n`);
  const store = await openFolderStore(root);
  expect(store.id).toBe(before.id);
  expect(await store.record(record.key)).toEqual(record);
  expect(JSON.parse(readFileSync(path.join(root, 'format.json'), 'utf8'))).toMatchObject({ version: 2, id: before.id });
});

test.each(['{"format":"another","version":1,"id":"x"}', 'no JSON', ''])(
  'a folder whose format file says %j is refused',
  async text => {
    await writeFile(path.join(root, 'format.json'), text);
    await expect(openFolderStore(root)).rejects.toThrow('does not describe an Espalier store');
  },
);

test('a folder with other things in it is refused and left as it is', async () => {
  await mkdir(path.join(root, 'photos'));
  await expect(openFolderStore(root)).rejects.toThrow('not empty (it holds photos)');
  expect(readdirSync(root)).toEqual(['photos']);
});

test('a folder in which the making of a store was cut short becomes a store', async () => {
  await mkdir(path.join(root, 'temp'));
  await mkdir(path.join(root, 'blobs', '00'), { recursive: true });
  expect((await publishSample(await openFolderStore(root), 'a')).result).toBe('published');
});

test('a copy of a store that left out empty folders works', async () => {
  const { id } = await openFolderStore(root);
  for (const name of readdirSync(root))
    if (name !== 'format.json') await rm(path.join(root, name), { recursive: true });
  const copy = await openFolderStore(root);
  expect(copy.id).toBe(id);
  expect((await publishSample(copy, 'a')).result).toBe('published');
});

test('temporary files go when nobody can still be writing them, and not before', async () => {
  await openFolderStore(root);
  const dead: ProcessMark = { ...markProcess(), pid: spawnSync(process.execPath, ['--version']).pid };
  const reused: ProcessMark = { ...markProcess(), start: '1' };
  const container: ProcessMark = { ...dead, namespace: '1' };
  const foreign: ProcessMark = { host: 'another-host.invalid', pid: 1 };
  const cases: readonly (readonly [ProcessMark, number, boolean])[] = [
    [dead, 2, true],
    [dead, 0.5, false],
    [reused, 2, true],
    [markProcess(), 1000, false],
    [foreign, 100, false],
    [foreign, 200, true],
    [container, 100, false],
    [container, 200, true],
  ];
  const names = await Promise.all(
    cases.map(async ([mark, hours], index) => {
      const parts = [mark.host, mark.pid, mark.boot ?? '', mark.namespace ?? '', mark.start ?? '', `random${index}`];
      await agedFile(parts.join('~'), hours);
      return parts.join('~');
    }),
  );
  await agedFile('something else', 10_000);
  await agedFile('%zz~1~~~~x', 10_000);
  await openFolderStore(root);
  const left = new Set(readdirSync(path.join(root, 'temp')));
  expect(names.map(name => !left.has(name))).toEqual(cases.map(([, , removed]) => removed));
  expect([left.has('something else'), left.has('%zz~1~~~~x')]).toEqual([true, true]);
});

async function agedFile(name: string, hours: number): Promise<void> {
  const file = path.join(root, 'temp', name);
  await writeFile(file, 'half of something');
  const time = new Date(Date.now() - hours * 3_600_000);
  await utimes(file, time, time);
}

test('the host of a temporary file is the host of its process', async () => {
  const store = await openFolderStore(root);
  const writer = await store.createBlob();
  await writer.write(new Uint8Array(300_000));
  const [name = ''] = readdirSync(path.join(root, 'temp'));
  expect(name.split('~').slice(0, 2)).toEqual([encodeURIComponent(hostname()), String(process.pid)]);
  await writer.abort();
  expect(existsSync(path.join(root, 'temp', name))).toBe(false);
});
