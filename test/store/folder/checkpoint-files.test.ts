/** Checkpoints of successive holders of a lease, where one acts in the middle of what the other does. */
import { mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CheckpointFiles, checkpointFiles } from '../../../store/folder/checkpoint-files.ts';

let root: string;
let folder: string;
let files: CheckpointFiles;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'espalier-checkpoint-'));
  folder = path.join(root, 'work');
  mkdirSync(folder);
  files = checkpointFiles(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const save = (number: number, text: string, mayPlace = () => {}) =>
  files.save(folder, Buffer.from(text), { number, mayPlace });
const newest = async () => Buffer.from((await files.newest(folder)) ?? '').toString();

test('a writer stopped after its last look at the lease does not write over what its successor saves', async () => {
  await save(1, 'first');
  await save(2, 'of the successor');
  // Its lease was its own when it looked; it sleeps until its successor has saved.
  await save(1, 'too late');
  expect(await newest()).toBe('of the successor');
  await save(2, 'of the successor, later');
  expect(await newest()).toBe('of the successor, later');
  expect(readdirSync(folder)).toEqual(['checkpoint-2']);
});

test('a save that is refused at the last moment leaves what was there, and no temporary file', async () => {
  await save(1, 'first');
  const refuse = () => {
    throw new Error('lost');
  };
  await expect(save(1, 'second', refuse)).rejects.toThrow('lost');
  expect(await newest()).toBe('first');
  expect(readdirSync(root)).toEqual(['work']);
});

test('of a store made without lease numbers the checkpoint still counts, until there is one with a number', async () => {
  await save(0, 'old');
  expect(readdirSync(folder)).toEqual(['checkpoint']);
  expect(await newest()).toBe('old');
  await save(3, 'new');
  expect(readdirSync(folder)).toEqual(['checkpoint-3']);
  files.removeUpTo(folder);
  expect(await files.newest(folder)).toBeUndefined();
});
