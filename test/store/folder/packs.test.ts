/** Packs: what the small cells of a busy worker are kept in. */
import { mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CellRecord } from '../../../schemas/cell-record.ts';
import type { Digest } from '../../../schemas/identity.ts';
import { CorruptBlobError, MissingBlobError } from '../../../store/errors.ts';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import type { ItemKind, Store, StoredItem } from '../../../store/store.ts';
import { keyOf, publishSample, sampleRecord } from '../sample-records.ts';
import { type TemporaryStore, openTemporaryStore } from '../temporary-store.ts';

let opened: TemporaryStore;
beforeEach(async () => {
  opened = await openTemporaryStore();
});
afterEach(() => opened.close());

const inStore = (...parts: string[]) => path.join(opened.root, ...parts);
const packFile = (number: number) => inStore('packs', `${number}.pack`);
const outputOf = (record: CellRecord): Digest => record.outputs['out']!.digest;

async function publishMany(store: Store, names: readonly string[]): Promise<CellRecord[]> {
  return Promise.all(names.map(async name => (await publishSample(store, name)).record));
}

async function itemsOf(store: Store, kind: ItemKind): Promise<StoredItem[]> {
  const found: StoredItem[] = [];
  for await (const item of store.items(kind)) found.push(item);
  return found;
}

async function expectThere(store: Store, records: readonly CellRecord[]): Promise<void> {
  for (const record of records) {
    expect(await store.record(record.key)).toEqual(record);
    expect(await store.recordByContent(record.content_key)).toEqual(record);
    expect(Buffer.from(await store.get(outputOf(record), { verify: true })).toString()).toBe(
      JSON.stringify(record.name),
    );
  }
}

const hundred = Array.from({ length: 100 }, (_, cell) => `cell ${cell}`);

test('cells that are published at the same time share files, and every look-up finds them', async () => {
  const records = await publishMany(opened.store.grouped(), hundred);
  expect(readdirSync(inStore('packs')).length).toBeLessThan(4);
  expect(readdirSync(opened.root)).not.toContain('records');
  // The process that wrote them, and one that begins afterwards.
  for (const store of [opened.store, await openFolderStore(opened.root)]) {
    await expectThere(store, records);
    expect(await store.haveRecords([...records.map(({ key }) => key), keyOf('no cell')])).toEqual([
      ...records.map(() => true),
      false,
    ]);
    expect(await store.keysLike(records[7]!.key.slice(0, 12), 5)).toEqual([records[7]!.key]);
    expect(await store.recordOfArtifact(outputOf(records[7]!))).toEqual(records[7]);
    for (const kind of ['record', 'content', 'blob'] as const) expect(await itemsOf(store, kind)).toHaveLength(100);
  }
});

test('a process that looked before finds what another has published since', async () => {
  const other = await openFolderStore(opened.root);
  for (const name of ['first', 'second']) {
    expect(await other.record(keyOf(name))).toBeUndefined();
    const { record } = await publishSample(opened.store.grouped(), name);
    // Whoever asks first, all who ask at the same time are told.
    const asked = await Promise.all([1, 2, 3].map(() => other.record(record.key)));
    expect(asked).toEqual([record, record, record]);
    expect(await other.recordByContent(record.content_key)).toEqual(record);
    expect(await other.has(outputOf(record))).toBe(true);
  }
});

test('of equal bytes, and of a key that is published twice at the same time, one is kept', async () => {
  const store = opened.store.grouped();
  const output = await store.put(Buffer.from('same'));
  const results = await Promise.all([
    store.publish(sampleRecord('a', output, { seconds: 1 })),
    store.publish(sampleRecord('a', output, { seconds: 2 })),
    store.put(Buffer.from('same')).then(same => store.publish(sampleRecord('b', same))),
  ]);
  expect(results).toEqual(['published', 'exists', 'published']);
  expect(await store.record(keyOf('a'))).toMatchObject({ seconds: 1 });
  expect(await itemsOf(store, 'blob')).toHaveLength(1);
});

test('a key is published once, whether grouped or not', async () => {
  const grouped = opened.store.grouped();
  expect((await publishSample(grouped, 'a', { seconds: 1 })).result).toBe('published');
  expect((await publishSample(opened.store, 'a', { seconds: 2 })).result).toBe('exists');
  expect((await publishSample(opened.store, 'b', { seconds: 1 })).result).toBe('published');
  expect((await publishSample(grouped, 'b', { seconds: 2 })).result).toBe('exists');
  for (const name of ['a', 'b']) expect(await opened.store.record(keyOf(name))).toMatchObject({ seconds: 1 });
});

test('large blobs get files of their own', async () => {
  const store = opened.store.grouped();
  const bytes = new Uint8Array(100_000).fill(7);
  const digest = await store.put(bytes);
  await store.publish(sampleRecord('large', digest));
  expect(readFileSync(inStore('blobs', digest.slice(0, 2), digest))).toHaveLength(100_000);
  expect(readFileSync(packFile(1)).length).toBeLessThan(2000);
});

test('what is put and in no pack yet is there for this process, and for no other', async () => {
  const store = opened.store.grouped();
  const digest = await store.put(Buffer.from('on its way'));
  expect(await store.has(digest)).toBe(true);
  expect(Buffer.from(await store.get(digest)).toString()).toBe('on its way');
  const reader = await store.open(digest);
  expect(Buffer.from(await reader.read(3, 3)).toString()).toBe('its');
  expect(await (await openFolderStore(opened.root)).has(digest)).toBe(false);
});

test('a flipped bit anywhere in a pack is found, harms nothing else, and its cell can be made again', async () => {
  const records = await publishMany(opened.store.grouped(), hundred.slice(0, 5));
  const packs = readdirSync(inStore('packs')).map(name => readFileSync(inStore('packs', name)));
  const whole = packs.pop()!;
  for (let at = 3; at < whole.length; at += 97) {
    const flipped = Buffer.from(whole);
    flipped[at]! ^= 4;
    const { root, store, close } = await openTemporaryStore();
    mkdirSync(path.join(root, 'packs'));
    for (const [number, bytes] of [...packs, flipped].entries()) {
      writeFileSync(path.join(root, 'packs', `${number + 1}.pack`), bytes);
    }
    const harmed = (await Promise.all(records.map(record => isHarmed(store, record)))).filter(Boolean);
    // Of the head all that lies in the pack is harmed, of the rest one cell.
    expect(harmed.length).toBe(at > whole.indexOf('{') ? 1 : 4);
    const { record } = await publishSample(store.grouped(), 'one more');
    await expectThere(await openFolderStore(root), [record]);
    await close();
  }
});

/** Whether the store says that it lacks the cell or its bytes; wrong ones it may not give. */
async function isHarmed(store: Store, record: CellRecord): Promise<boolean> {
  const found = await store.record(record.key);
  if (found === undefined) return true;
  expect(found).toEqual(record);
  try {
    const bytes = await store.get(outputOf(found), { verify: true });
    expect(Buffer.from(bytes).toString()).toBe(JSON.stringify(record.name));
    return false;
  } catch (error) {
    if (error instanceof CorruptBlobError || error instanceof MissingBlobError) return true;
    throw error;
  }
}

test('a pack that was cut short is kept aside, and those after it are still found', async () => {
  await publishSample(opened.store.grouped(), 'cut');
  const { record } = await publishSample(opened.store.grouped(), 'after');
  const bytes = readFileSync(packFile(1));
  truncateSync(packFile(1), bytes.length - 10);
  const store = await openFolderStore(opened.root);
  expect(await store.record(keyOf('cut'))).toBeUndefined();
  await expectThere(store, [record]);
  const [aside = ''] = readdirSync(inStore('quarantine'));
  expect(readFileSync(inStore('quarantine', aside))).toEqual(bytes.subarray(0, -10));
  expect((await publishSample(store.grouped(), 'cut')).result).toBe('published');
  expect(await (await openFolderStore(opened.root)).record(keyOf('cut'))).toBeDefined();
});

test('a corrupt blob takes its record with it, and nothing that lies beside it', async () => {
  const records = await publishMany(opened.store.grouped(), hundred.slice(0, 9));
  const [harmed] = records;
  const other = await openFolderStore(opened.root);
  await expectThere(other, records);
  for (const name of readdirSync(inStore('packs'))) {
    const bytes = readFileSync(inStore('packs', name));
    const at = bytes.indexOf('"cell 0"');
    if (at > 0) bytes[at + 1]! ^= 1;
    writeFileSync(inStore('packs', name), bytes);
  }
  await expect(opened.store.verify(outputOf(harmed!))).rejects.toThrow(CorruptBlobError);
  for (const store of [opened.store, other]) {
    expect(await store.record(harmed!.key)).toBeUndefined();
    expect(await store.recordByContent(harmed!.content_key)).toBeUndefined();
    expect(await store.has(outputOf(harmed!))).toBe(false);
    await expectThere(store, records.slice(1));
  }
  expect((await publishSample(opened.store.grouped(), 'cell 0')).result).toBe('published');
  await expectThere(other, records);
});

test('what is thrown away out of a pack can be had back, and the rest stays', async () => {
  const records = await publishMany(opened.store.grouped(), hundred.slice(0, 6));
  const other = await openFolderStore(opened.root);
  await expectThere(other, records);
  const [gone] = records;
  const later = new Date(Date.now() + 60_000);
  const items = [...(await itemsOf(other, 'record')), ...(await itemsOf(other, 'content'))].filter(({ name }) =>
    [gone!.key, gone!.content_key].some(key => key === name),
  );
  expect(await opened.store.moveToTrash(items, { batch: new Date(), unlessModifiedSince: new Date(0) })).toBe(0);
  expect(await opened.store.moveToTrash(items, { batch: new Date(), unlessModifiedSince: later })).toBe(2);
  expect(await itemsOf(other, 'record')).toHaveLength(5);
  await expectThere(other, records.slice(1));
  expect(await other.record(gone!.key)).toEqual(gone);
  expect(await opened.store.restoreTrash()).toBe(1);
  await expectThere(opened.store, records);
});

test('bytes that a full disk kept out of a pack go with the next, for whoever was promised them', async () => {
  const store = opened.store.grouped();
  const output = await store.put(Buffer.from('promised'));
  // As where the disk is full: nothing can be written there.
  writeFileSync(inStore('packs'), 'in the way');
  await expect(store.publish(sampleRecord('first', output))).rejects.toThrow('EEXIST');
  rmSync(inStore('packs'));
  expect(await store.publish(sampleRecord('second', output))).toBe('published');
  const other = await openFolderStore(opened.root);
  expect(Buffer.from(await other.get(output)).toString()).toBe('promised');
  expect(await other.record(keyOf('first'))).toBeUndefined();
});
