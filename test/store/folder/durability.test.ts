/** The order of system calls that a power cut cannot break: flush the file, name it, flush the directory. */
import type * as fs from 'node:fs';
import type * as promises from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { digestOf } from '../../../schemas/identity.ts';
import { keyOf, publishSample, sampleAttempt, sampleRun, started } from '../sample-records.ts';
import { type TemporaryStore, openTemporaryStore } from '../temporary-store.ts';

type Call = readonly ['write' | 'flush' | 'name', string, string?];

/** What was done to which file, in order. */
const calls = vi.hoisted((): Call[] => []);

vi.mock('node:fs', async importOriginal => {
  const actual = await importOriginal<typeof fs>();
  const files = new Map<number, string>();
  return {
    ...actual,
    openSync: (file: string, flags: string) => {
      const descriptor = actual.openSync(file, flags);
      files.set(descriptor, file);
      return descriptor;
    },
    writeSync: (descriptor: number, bytes: Uint8Array, offset: number) => {
      calls.push(['write', files.get(descriptor)!]);
      return actual.writeSync(descriptor, bytes, offset);
    },
    write: (descriptor: number, bytes: Uint8Array, done: () => void) => {
      calls.push(['write', files.get(descriptor)!]);
      actual.write(descriptor, bytes, done);
    },
    fsync: (descriptor: number, done: (error: Error | null) => void) => {
      const file = files.get(descriptor)!;
      actual.fsync(descriptor, error => {
        calls.push(['flush', file]);
        done(error);
      });
    },
    linkSync: (from: string, to: string) => {
      calls.push(['name', to, from]);
      actual.linkSync(from, to);
    },
    renameSync: (from: string, to: string) => {
      calls.push(['name', to, from]);
      actual.renameSync(from, to);
    },
    mkdirSync: (folder: string, options?: { recursive: boolean }) => {
      const first = actual.mkdirSync(folder, options);
      if (first !== undefined || options === undefined) calls.push(['name', folder]);
      return first;
    },
  };
});

vi.mock('node:fs/promises', async importOriginal => {
  const actual = await importOriginal<typeof promises>();
  return {
    ...actual,
    open: async (file: string, flags: string) => {
      const handle = await actual.open(file, flags);
      const [write, sync] = [handle.write.bind(handle), handle.sync.bind(handle)];
      return Object.assign(handle, {
        write: async (...args: Parameters<typeof write>) => {
          calls.push(['write', file]);
          return write(...args);
        },
        sync: async () => {
          await sync();
          calls.push(['flush', file]);
        },
      });
    },
  };
});

let opened: TemporaryStore;
let run: string;
beforeEach(async () => {
  opened = await openTemporaryStore();
  run = (await opened.store.createRun(sampleRun('study', digestOf('plan')))).run;
  await publishSample(opened.store, 'before');
  calls.length = 0;
});
afterEach(() => opened.close());

const key = keyOf('work');

test.each<[string, () => Promise<unknown>, number]>([
  ['put of few bytes', () => opened.store.put(Buffer.from('new')), 1],
  ['put of many bytes', () => opened.store.put(new Uint8Array(9_000_000)), 1],
  [
    'a streamed blob',
    async () => {
      const writer = await opened.store.createBlob();
      await writer.write(new Uint8Array(600_000).fill(1));
      await writer.commit();
    },
    1,
  ],
  ['publish', () => publishSample(opened.store, 'new'), 3],
  ['publish, grouped', () => publishSample(opened.store.grouped(), 'new'), 1],
  ['publish of a partial record', () => publishSample(opened.store, 'new', { partial: true, run }), 3],
  ['saveCheckpoint', () => opened.store.saveCheckpoint(key, new Uint8Array(100_000)), 1],
  ['createRun', () => opened.store.createRun(sampleRun('study', digestOf('plan'))), 1],
  ['writeRunFile', () => opened.store.writeRunFile(run, 'report.html', 'text'), 1],
])('%s flushes each file before it has its name, and the name before it returns', async (_, step, names) => {
  await step();
  const named = calls.flatMap(([call, to, from], at) =>
    call === 'name' && from !== undefined ? [{ to, from, at }] : [],
  );
  expect(named).toHaveLength(names);
  for (const { to, from, at } of named) {
    const before = calls.slice(0, at);
    const source = from.includes('/temp/') ? from : named.find(each => each.to === from)!.from;
    const lastWrite = before.findLastIndex(([call, file]) => call === 'write' && file === source);
    expect(before.slice(lastWrite + 1)).toContainEqual(['flush', source]);
    expect(calls.slice(at + 1)).toContainEqual(['flush', path.dirname(to)]);
  }
  // Every folder made on the way is a name too.
  for (const [at, [call, folder, from]] of calls.entries()) {
    if (call === 'name' && from === undefined)
      expect(calls.slice(at + 1)).toContainEqual(['flush', path.dirname(folder)]);
  }
});

test.each<[string, () => Promise<unknown>]>([
  ['addAttempt', () => opened.store.addAttempt(key, sampleAttempt)],
  ['appendEvents', () => opened.store.appendEvents(run, [started(1, 1)])],
])('%s flushes what it appended, and the name of a new file', async (_, step) => {
  await step();
  const [, file = ''] = calls.find(([call]) => call === 'write') ?? [];
  const lastWrite = calls.findLastIndex(([call]) => call === 'write');
  expect(calls.slice(lastWrite)).toContainEqual(['flush', file]);
  expect(calls.slice(lastWrite)).toContainEqual(['flush', path.dirname(file)]);
});

test('putting a blob that another process has just named waits until that name is durable', async () => {
  const bytes = Buffer.from('already there');
  const digest = await opened.store.put(bytes);
  calls.length = 0;
  await opened.store.put(bytes);
  expect(calls).toEqual([['flush', path.join(opened.root, 'blobs', digest.slice(0, 2))]]);
});
