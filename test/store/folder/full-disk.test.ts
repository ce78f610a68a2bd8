/** A disk that fills up or breaks in the middle of any write: a typed error, nothing half-visible, nothing left. */
import type * as fs from 'node:fs';
import { existsSync, readdirSync } from 'node:fs';
import type * as promises from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { digestOf } from '../../../schemas/identity.ts';
import { StoreWriteError } from '../../../store/errors.ts';
import {
  keyOf,
  publishSample,
  sampleAttempt,
  sampleNote,
  sampleRecord,
  sampleRun,
  started,
} from '../sample-records.ts';
import { type TemporaryStore, openTemporaryStore } from '../temporary-store.ts';

/** Which system calls fail now, and how. */
const fault = vi.hoisted(() => ({ call: '', code: '' }));

const fail = vi.hoisted(() => (call: string) => {
  if (fault.call === call) throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code });
});

vi.mock('node:fs', async importOriginal => {
  const actual = await importOriginal<typeof fs>();
  const failing =
    (call: string, name: 'write' | 'fsync') =>
    (descriptor: number, ...rest: unknown[]) => {
      const original = actual[name] as (descriptor: number, ...rest: unknown[]) => void;
      const done = rest.at(-1) as (error: unknown) => void;
      try {
        fail(call);
      } catch (error) {
        return done(error);
      }
      original(descriptor, ...rest);
    };
  /** Half of the bytes are written before the failure, as on a disk that fills up. */
  const halfWritten = (descriptor: number, bytes: Uint8Array, offset: number) => {
    if (fault.call === 'write' && offset === 0 && bytes.length > 1) {
      return actual.writeSync(descriptor, bytes, 0, bytes.length >> 1);
    }
    fail('write');
    return actual.writeSync(descriptor, bytes, offset);
  };
  const before =
    <Args extends unknown[], Result>(call: string, original: (...args: Args) => Result) =>
    (...args: Args): Result => {
      fail(call);
      return original(...args);
    };
  return {
    ...actual,
    writeSync: halfWritten,
    write: failing('write', 'write'),
    fsync: failing('fsync', 'fsync'),
    writeFileSync: before('write', actual.writeFileSync),
    linkSync: before('name', actual.linkSync),
    renameSync: before('name', actual.renameSync),
    mkdirSync: before('name', actual.mkdirSync),
  };
});

vi.mock('node:fs/promises', async importOriginal => {
  const actual = await importOriginal<typeof promises>();
  return {
    ...actual,
    open: async (...args: Parameters<typeof actual.open>) => {
      const handle = await actual.open(...args);
      const write = handle.write.bind(handle);
      return Object.assign(handle, {
        write: (async (...rest: Parameters<typeof write>) => {
          fail('write');
          return write(...rest);
        }) as typeof handle.write,
        sync: async () => fail('fsync'),
      });
    },
  };
});

let opened: TemporaryStore;
let run: string;
beforeEach(async () => {
  fault.call = '';
  opened = await openTemporaryStore();
  run = (await opened.store.createRun(sampleRun('full', digestOf('plan')))).run;
  // What the next publications need is there already.
  await publishSample(opened.store, 'before');
});
afterEach(async () => {
  fault.call = '';
  await opened.close();
});

const key = keyOf('work');
const bytes = new Uint8Array(100_000).fill(1);
const owner = { host: 'h', pid: 1, purpose: 'p' };

const surfaces: Record<string, () => Promise<unknown>> = {
  'put of few bytes': () => opened.store.put(Buffer.from('new')),
  'put of many bytes': () => opened.store.put(bytes),
  'a streamed blob': async () => {
    const writer = await opened.store.createBlob();
    await writer.write(bytes);
    await writer.commit();
  },
  publish: async () => {
    const before = await opened.store.record(keyOf('before'));
    await opened.store.publish(sampleRecord('new', before!.outputs['out']!.digest));
  },
  'publish, grouped': () => publishSample(opened.store.grouped(), 'new'),
  saveCheckpoint: () => opened.store.saveCheckpoint(key, bytes),
  addAttempt: () => opened.store.addAttempt(key, sampleAttempt),
  noteNondeterminism: () => opened.store.noteNondeterminism(sampleNote('new', '2026-01-02T03:04:05.678Z')),
  pin: () => opened.store.pin({ pin: 'run', run, at: '2026-01-02T03:04:05.678Z' }),
  acquireLease: () => opened.store.acquireLease(key, owner, 60),
  createRun: () => opened.store.createRun(sampleRun('full', digestOf('plan'))),
  appendEvents: () => opened.store.appendEvents(run, [started(1, 1)]),
  writeRunFile: () => opened.store.writeRunFile(run, 'report.html', 'text'),
};

async function expectNothingVisible(): Promise<void> {
  const { store, root } = opened;
  expect(await store.has(digestOf('new'))).toBe(false);
  expect(await store.has(digestOf(bytes))).toBe(false);
  expect(await store.record(keyOf('new'))).toBeUndefined();
  expect(await store.recordByContent(keyOf('content of new'))).toBeUndefined();
  expect(await store.checkpoint(key)).toBeUndefined();
  expect(await store.runs()).toHaveLength(1);
  expect(await store.nondeterminism()).toEqual([]);
  expect(await store.pins()).toEqual([]);
  expect(existsSync(path.join(root, 'runs', run, 'report.html'))).toBe(false);
  expect(readdirSync(path.join(root, 'temp'))).toEqual([]);
}

describe.each([
  ['write', 'ENOSPC'],
  ['write', 'EDQUOT'],
  ['fsync', 'EIO'],
  ['name', 'EROFS'],
])('when every %s fails with %s', (call, code) => {
  test.each(Object.keys(surfaces))('%s throws a StoreWriteError with that code', async surface => {
    const step = surfaces[surface]!;
    fault.call = call;
    fault.code = code;
    // Leases are not flushed.
    const unaffected = call === 'fsync' && surface === 'acquireLease';
    const thrown: unknown = await step().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (unaffected) expect(thrown).toBeUndefined();
    else {
      expect(thrown).toBeInstanceOf(StoreWriteError);
      expect(thrown).toMatchObject({ code });
    }
    fault.call = '';
    await expectNothingVisible();
  });
});

test('once there is room again everything can be written', async () => {
  fault.call = 'write';
  fault.code = 'ENOSPC';
  for (const step of Object.values(surfaces)) await step().catch(() => undefined);
  fault.call = '';
  for (const step of Object.values(surfaces)) await step();
  expect(await opened.store.attempts(key)).toEqual([sampleAttempt]);
  // The line that was cut short had been taken back: what is there is whole.
  expect(await opened.store.events(run)).toMatchObject({ events: [started(1, 1)], skipped: 0 });
});

test('a blob writer whose write failed stays ended', async () => {
  const writer = await opened.store.createBlob();
  fault.call = 'write';
  fault.code = 'ENOSPC';
  await expect(writer.write(new Uint8Array(300_000))).rejects.toThrow('ENOSPC');
  fault.call = '';
  await expect(writer.commit()).rejects.toThrow('internal:');
  await writer.abort();
  expect(readdirSync(path.join(opened.root, 'temp'))).toEqual([]);
});
