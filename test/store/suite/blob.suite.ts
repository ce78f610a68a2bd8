/** What every store must do with blobs. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../schemas/identity.ts';
import { MissingBlobError } from '../../../store/errors.ts';
import { publishSample } from '../sample-records.ts';
import type { Store } from '../../../store/store.ts';

const text = (value: string) => new TextEncoder().encode(value);

export function blobSuite(current: () => Store): void {
  describe('blobs', () => {
    test.each([
      ['no bytes', new Uint8Array(0)],
      ['few bytes', text('some bytes')],
      ['more bytes than one write takes', new Uint8Array(9_000_000).fill(7)],
    ])('%s come back as they were put, under the digest of their content', async (_, bytes) => {
      const digest = await current().put(bytes);
      expect(digest).toBe(digestOf(bytes));
      expect(await current().has(digest)).toBe(true);
      expect(Buffer.compare(await current().get(digest, { verify: true }), bytes)).toBe(0);
    });

    test.each([
      ['no bytes', new Uint8Array(0)],
      ['few bytes', text('some bytes')],
      ['more bytes than one read takes', new Uint8Array(9_000_000).fill(7)],
    ])('a file with %s is taken in under the digest of its content, and gone from its place', async (_, bytes) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'espalier-taken-'));
      try {
        for (const name of ['first', 'the same again']) {
          const file = path.join(folder, name);
          writeFileSync(file, bytes);
          expect(await current().takeFile(file)).toEqual({ digest: digestOf(bytes), bytes: bytes.length });
          expect(existsSync(file)).toBe(false);
        }
        expect(Buffer.compare(await current().get(digestOf(bytes), { verify: true }), bytes)).toBe(0);
        await expect(current().takeFile(path.join(folder, 'absent'))).rejects.toThrow('ENOENT');
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test('putting the same bytes again changes nothing', async () => {
      const first = await current().put(text('twice'));
      expect(await current().put(text('twice'))).toBe(first);
      expect(await current().get(first)).toEqual(text('twice'));
    });

    test('what a caller does to its bytes later changes no blob', async () => {
      const bytes = text('mine');
      const digest = await current().put(bytes);
      bytes.fill(0);
      const read = await current().get(digest);
      read.fill(0);
      expect(await current().get(digest)).toEqual(text('mine'));
    });

    test('a blob that is not there is named in the error', async () => {
      const absent = digestOf('absent');
      expect(await current().has(absent)).toBe(false);
      await expect(current().get(absent)).rejects.toThrow(MissingBlobError);
      await expect(current().open(absent)).rejects.toThrow(absent);
    });

    test('a streamed blob is the same as one put whole, and visible only after commit', async () => {
      const pieces = [text('one '), new Uint8Array(600_000).fill(1), text('two '), new Uint8Array(5_000_000).fill(2)];
      const whole = Buffer.concat(pieces);
      const writer = await current().createBlob();
      await Promise.all(pieces.map(piece => writer.write(piece)));
      expect(await current().has(digestOf(whole))).toBe(false);
      expect(await writer.commit()).toEqual({ digest: digestOf(whole), bytes: whole.length });
      expect(Buffer.compare(await current().get(digestOf(whole)), whole)).toBe(0);
    });

    test('a committed blob that exists already is no error', async () => {
      const digest = await current().put(text('same'));
      const writer = await current().createBlob();
      await writer.write(text('same'));
      expect(await writer.commit()).toEqual({ digest, bytes: 4 });
    });

    test('an aborted blob leaves nothing, and abort is safe at any time', async () => {
      const writer = await current().createBlob();
      await writer.write(text('never'));
      await writer.abort();
      await writer.abort();
      await expect(writer.write(text('more'))).rejects.toThrow('internal:');
      await expect(writer.commit()).rejects.toThrow('internal:');
      expect(await current().has(digestOf('never'))).toBe(false);
      const committed = await current().createBlob();
      await committed.write(text('kept'));
      await committed.commit();
      await committed.abort();
      expect(await current().has(digestOf('kept'))).toBe(true);
    });

    test('a blob that is well is verified without a word; one that is not there takes the records of it along', async () => {
      const { record } = await publishSample(current(), 'well');
      const digest = record.outputs['out']!.digest;
      await current().verify(digest);
      await current().verify(digest);
      expect(await current().record(record.key)).toEqual(record);
      await expect(current().verify(digestOf('absent'))).rejects.toThrow(MissingBlobError);
      expect(await current().record(record.key)).toEqual(record);
    });

    test('a reader gives any range, and refuses one past the end', async () => {
      const reader = await current().open(await current().put(text('0123456789')));
      try {
        expect(reader.bytes).toBe(10);
        expect(await reader.read(0, 10)).toEqual(text('0123456789'));
        expect(await reader.read(3, 4)).toEqual(text('3456'));
        expect(await reader.read(10, 0)).toEqual(text(''));
        for (const [offset, length] of [
          [8, 3],
          [-1, 2],
          [0, -1],
          [0.5, 1],
        ] as const) {
          await expect(reader.read(offset, length)).rejects.toThrow(RangeError);
        }
      } finally {
        await reader.close();
      }
    });
  });
}
