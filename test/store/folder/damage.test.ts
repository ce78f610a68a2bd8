/** Blobs, records and logs that something outside the program has damaged. */
import { existsSync, linkSync, readFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { appendFile, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../../schemas/identity.ts';
import { CorruptBlobError, CorruptRecordError } from '../../../store/errors.ts';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import { keyOf, publishSample, sampleAttempt, sampleRun, started } from '../sample-records.ts';
import { type TemporaryStore, openTemporaryStore } from '../temporary-store.ts';

let opened: TemporaryStore;
beforeEach(async () => {
  opened = await openTemporaryStore();
});
afterEach(() => opened.close());

const inStore = (...parts: string[]) => path.join(opened.root, ...parts);
const blobFile = (digest: string) => inStore('blobs', digest.slice(0, 2), digest);

test('a blob with a flipped bit is moved aside when verified, and can be made again', async () => {
  const bytes = Buffer.from('precious bytes');
  const digest = await opened.store.put(bytes);
  const flipped = Buffer.from(bytes);
  flipped[3]! ^= 1;
  await writeFile(blobFile(digest), flipped);
  const error: unknown = await opened.store.get(digest, { verify: true }).catch((thrown: unknown) => thrown);
  if (!(error instanceof CorruptBlobError)) throw error;
  expect(error.digest).toBe(digest);
  expect(readFileSync(error.quarantined!)).toEqual(flipped);
  expect(path.dirname(error.quarantined!)).toBe(inStore('quarantine'));
  expect(await opened.store.has(digest)).toBe(false);
  expect(await opened.store.put(bytes)).toBe(digest);
  expect(Buffer.from(await opened.store.get(digest, { verify: true }))).toEqual(bytes);
});

test.each(['put', 'stream'] as const)('a blob cut short is replaced by the next %s of its bytes', async way => {
  const bytes = Buffer.from('whole and well');
  const digest = await opened.store.put(bytes);
  truncateSync(blobFile(digest), 5);
  if (way === 'put') await opened.store.put(bytes);
  else {
    const writer = await opened.store.createBlob();
    await writer.write(bytes);
    await writer.commit();
  }
  expect(Buffer.from(await opened.store.get(digest, { verify: true }))).toEqual(bytes);
  expect(readdirSync(inStore('quarantine'))).toHaveLength(1);
});

test('a record that cannot be read is named with its file', async () => {
  const { record } = await publishSample(opened.store, 'a');
  const file = inStore('records', record.key.slice(0, 2), `${record.key}.json`);
  await truncate(file, 100);
  await expect(opened.store.record(record.key)).rejects.toThrow(CorruptRecordError);
  await expect(opened.store.record(record.key)).rejects.toThrow(file);
});

test('a record has one inode under both its names', async () => {
  const { record } = await publishSample(opened.store, 'a');
  const byKey = statSync(inStore('records', record.key.slice(0, 2), `${record.key}.json`));
  const byContent = statSync(inStore('contents', record.content_key.slice(0, 2), `${record.content_key}.json`));
  expect(byContent.ino).toBe(byKey.ino);
  expect(byKey.nlink).toBe(2);
});

test('whoever publishes a key again adds the content name that a dead process left out', async () => {
  const { record } = await publishSample(opened.store, 'a');
  const { record: half } = await publishSample(opened.store, 'b', { content_key: record.content_key });
  const content = keyOf('content of b');
  // As if the process that published b had died between its two names.
  const complete = { ...half, content_key: content };
  await writeFile(inStore('records', half.key.slice(0, 2), `${half.key}.json`), JSON.stringify(complete));
  expect(await opened.store.recordByContent(content)).toBeUndefined();
  expect(await opened.store.publish(complete)).toBe('exists');
  expect(await opened.store.recordByContent(content)).toEqual(complete);
});

test('a run whose maker died before it had a record is none, and its number is not given again', async () => {
  await mkdir(inStore('runs', 'study-1'), { recursive: true });
  const { run } = await opened.store.createRun(sampleRun('study', digestOf('plan')));
  expect(run).toBe('study-2');
  expect((await opened.store.runs()).map(each => each.run)).toEqual(['study-2']);
  expect(await opened.store.run('study-1')).toBeUndefined();
});

test('a run record that cannot be read is named with its file', async () => {
  const { run } = await opened.store.createRun(sampleRun('study', digestOf('plan')));
  await writeFile(inStore('runs', run, 'run.json'), '{"format":1}');
  await expect(opened.store.run(run)).rejects.toThrow(inStore('runs', run, 'run.json'));
});

test('a half-written last line waits for its end; a torn line in the middle is skipped and counted', async () => {
  const { run } = await opened.store.createRun(sampleRun('study', digestOf('plan')));
  const log = inStore('runs', run, 'events', 'host-1-dead.ndjson');
  await mkdir(path.dirname(log), { recursive: true });
  const line = (cell: number) => `${JSON.stringify(started(cell, cell))}\n`;
  await writeFile(
    log,
    `${line(1)}${line(2).slice(0, 20)}\n${line(3)}{"event":"of a newer version"}\n${line(4).slice(0, 30)}`,
  );
  const page = await opened.store.events(run);
  expect(page.events).toEqual([started(1, 1), started(3, 3)]);
  expect(page.skipped).toBe(2);
  expect(await opened.store.events(run, page.cursor)).toEqual({ events: [], cursor: page.cursor, skipped: 0 });
  await appendFile(log, line(4).slice(30));
  const next = await opened.store.events(run, page.cursor);
  expect(next).toMatchObject({ events: [started(4, 4)], skipped: 0 });
});

test('logs of several processes are merged by time, each in its own order', async () => {
  const { run } = await opened.store.createRun(sampleRun('study', digestOf('plan')));
  const other = await openFolderStore(opened.root);
  await opened.store.appendEvents(run, [started(1, 1), started(3, 3), started(2, 2), started(6, 6)]);
  await other.appendEvents(run, [started(2, 2), started(4, 4), started(5, 5)]);
  const page = await opened.store.events(run);
  expect(page.events.map(event => ('cell' in event ? event.cell : -1))).toEqual([1, 2, 3, 2, 4, 5, 6]);
  await other.appendEvents(run, [started(7, 7)]);
  expect((await opened.store.events(run, page.cursor)).events).toEqual([started(7, 7)]);
});

test('an attempt after a torn line is not lost', async () => {
  const key = keyOf('work');
  await opened.store.addAttempt(key, sampleAttempt);
  const file = inStore('work', key, 'attempts.ndjson');
  await appendFile(file, '{"class":"user","mess');
  await opened.store.addAttempt(key, { ...sampleAttempt, seconds: 9 });
  expect(await opened.store.attempts(key)).toEqual([sampleAttempt, { ...sampleAttempt, seconds: 9 }]);
  expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(4);
});

test('an empty or torn lease file, as a power cut may leave, is held by nobody', async () => {
  const key = keyOf('work');
  for (const text of ['', '{"owner":']) {
    await mkdir(inStore('work', key), { recursive: true });
    await writeFile(inStore('work', key, 'lease-7.json'), text);
    const lease = await opened.store.acquireLease(key, { host: 'h', pid: 1, purpose: 'p' }, 60);
    expect(lease.held).toBe(true);
    expect(readdirSync(inStore('work', key))).toEqual(['lease-8.json']);
    await opened.store.clearWork(key);
  }
});

test('clearing work leaves the lease of another alone', async () => {
  const key = keyOf('work');
  const other = await openFolderStore(opened.root);
  const lease = await other.acquireLease(key, { host: 'another-host.invalid', pid: 1, purpose: 'p' }, 60);
  if (!lease.held) throw new Error('refused');
  await other.saveCheckpoint(key, Buffer.from('state'));
  await opened.store.clearWork(key);
  expect(await other.checkpoint(key)).toBeUndefined();
  expect(await lease.renew()).toBe(true);
  await other.clearWork(key);
  expect(existsSync(inStore('work', key))).toBe(false);
});

test('a renewal that comes after a contender has linked its lease gives way to it', async () => {
  const key = keyOf('work');
  const lease = await opened.store.acquireLease(key, { host: 'h', pid: 1, purpose: 'late' }, 60);
  if (!lease.held) throw new Error('refused');
  const [name = ''] = readdirSync(inStore('work', key));
  const contender = JSON.parse(readFileSync(inStore('work', key, name), 'utf8'));
  const linked = inStore('work', key, 'lease-9.json');
  await writeFile(`${linked}.new`, JSON.stringify({ ...contender, token: 'another' }));
  linkSync(`${linked}.new`, linked);
  expect(await lease.renew()).toBe(false);
  const after = JSON.parse(readFileSync(inStore('work', key, name), 'utf8'));
  expect(after.released).toBe(true);
});
