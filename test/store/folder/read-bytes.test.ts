import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openIfThere, readIfThere } from '../../../store/folder/read-bytes.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'espalier-read-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Longer than what is read without waiting. */
const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
const file = path.join(folder, 'file');
writeFileSync(file, bytes);

const openDescriptors = () => readdirSync('/proc/self/fd').length;

test.each([
  ['a short piece', 10, 100],
  ['a long piece', 7, 150_000],
  ['nothing', 50, 0],
])('%s is read as it lies there', async (_, offset, length) => {
  const opened = openIfThere(file);
  const read = await opened?.read(offset, length);
  // Not toEqual, which takes a second for so many.
  expect(Buffer.compare(read!, bytes.subarray(offset, offset + length))).toBe(0);
  opened?.close();
});

test('past its end a file gives what there is', async () => {
  const opened = openIfThere(file);
  expect(await opened?.read(199_990, 100)).toEqual(bytes.subarray(199_990));
  expect(await opened?.read(300_000, 100_000)).toEqual(new Uint8Array(0));
  opened?.close();
});

test('a file that is not there is nothing, not an error', async () => {
  expect(openIfThere(path.join(folder, 'none'))).toBeUndefined();
  expect(await readIfThere(path.join(folder, 'none'))).toBeUndefined();
});

test.runIf(process.platform === 'linux')('closing waits for reads under way, and leaves no descriptor', async () => {
  const before = openDescriptors();
  const opened = openIfThere(file)!;
  const reads = [opened.read(0, 200_000), opened.read(1, 190_000)];
  opened.close();
  opened.close();
  const [all, most] = await Promise.all(reads);
  expect([Buffer.compare(all!, bytes), Buffer.compare(most!, bytes.subarray(1, 190_001))]).toEqual([0, 0]);
  await expect(opened.read(0, 1)).rejects.toThrow(/^internal: a file is read that was closed/);
  expect(openDescriptors()).toBe(before);
});
