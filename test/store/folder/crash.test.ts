/** What kill -9 and rivalry between processes leave behind in a store folder. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { cellRecordSchema } from '../../../schemas/cell-record.ts';
import { cellKeySchema, digestOf } from '../../../schemas/identity.ts';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import { buildProgram, startProgram } from '../programs.ts';
import { keyOf, sampleRun } from '../sample-records.ts';

let programs: string;
let root: string;
beforeAll(async () => {
  programs = await mkdtemp(path.join(tmpdir(), 'espalier-programs-'));
});
afterAll(() => rm(programs, { recursive: true, force: true }));
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'espalier-crash-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** How cells are published: one by one, or grouped. */
const ways: readonly (readonly [string, ...string[]])[] = [['one by one'], ['grouped', 'grouped']];

/** All files below a folder of the store. */
function filesBelow(folder: string): string[] {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map(name => path.join(root, folder, name))
    .filter(file => statSync(file).isFile());
}

function checkNothingHalfVisible(): void {
  for (const file of filesBelow('blobs')) {
    expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(path.basename(file));
  }
  for (const file of [...filesBelow('records'), ...filesBelow('contents')]) {
    const record = cellRecordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect([record.key, record.content_key]).toContain(path.basename(file, '.json'));
    for (const { digest } of Object.values(record.outputs)) {
      expect(statSync(path.join(root, 'blobs', digest.slice(0, 2), digest)).isFile()).toBe(true);
    }
  }
  // Packs are numbered without a gap, so that nobody stops looking before the last.
  const packs = filesBelow('packs').map(file => path.basename(file, '.pack'));
  expect(packs.map(Number).toSorted((a, b) => a - b)).toEqual(packs.map((_, at) => at + 1));
}

test.each(ways)(
  'whatever a process killed in the middle had reported is there, and nothing is there by half: %s',
  async (_, ...way) => {
    const program = buildProgram('publish-loop', programs);
    const store = await openFolderStore(root);
    await store.createRun(sampleRun('crash', digestOf('plan')));
    let published = 0;
    for (let round = 0; round < 5; round += 1) {
      const { child, ended } = startProgram(program, [root, `round ${round}`, ...way]);
      await new Promise(resolve => child.stdout.once('data', resolve));
      await wait(40 + 37 * round);
      child.kill('SIGKILL');
      const { lines, errors } = await ended;
      expect(errors).toBe('');
      published += lines.length;
      const events = (await store.events('crash-1')).events.flatMap(event => ('cell' in event ? [event.cell] : []));
      for (const line of lines) {
        const [key = '', cell = ''] = line.split(' ');
        const record = await store.record(cellKeySchema.parse(key));
        expect(record?.name).toBe(`round ${round} ${cell}`);
        expect(await store.recordByContent(record!.content_key)).toEqual(record);
        const checkpoint = await store.checkpoint(record!.key);
        expect(checkpoint).toHaveLength(200_000);
        expect(new Set(checkpoint)).toEqual(new Set([Number(cell) % 251]));
        expect(events).toContain(Number(cell));
      }
      for (const each of filesBelow('work')) {
        if (each.endsWith('checkpoint')) expect(statSync(each).size).toBe(200_000);
      }
      checkNothingHalfVisible();
    }
    expect(published).toBeGreaterThanOrEqual(5);
  },
);

test.each(ways)(
  'of two processes that publish the same keys with different bytes, one wins each key: %s',
  async (_, ...way) => {
    const program = buildProgram('publish-race', programs);
    const count = 150;
    const runs = [1, 2].map(seconds => startProgram(program, [root, String(seconds), String(count), ...way]));
    const ended = await Promise.all(runs.map(run => run.ended));
    expect(ended.map(({ errors }) => errors)).toEqual(['', '']);
    const store = await openFolderStore(root);
    for (let cell = 0; cell < count; cell += 1) {
      const results = ended.map(({ lines }) => lines[cell]);
      const winner = results.findIndex(line => line?.endsWith(' published'));
      expect(results.filter(line => line?.endsWith(' published'))).toHaveLength(1);
      const record = await store.record(keyOf(`cell ${cell}`));
      expect(record?.seconds).toBe(winner + 1);
      expect(await store.recordByContent(record!.content_key)).toEqual(record);
    }
    checkNothingHalfVisible();
  },
);

test('of eight processes that want a lease at the same moment, one gets it', async () => {
  const program = buildProgram('lease-race', programs);
  const count = 36;
  const store = await openFolderStore(root);
  const dead = spawnSync(process.execPath, ['--version']).pid;
  for (let index = 0; index < count; index += 1) {
    const key = keyOf(`lease ${index}`);
    // A third are free, a third ran out, and a third belong to a process that is gone.
    const [pid, seconds] = index % 3 === 1 ? [process.pid, -1] : [dead, 3600];
    if (index % 3 > 0) await store.acquireLease(key, { host: hostname(), pid, purpose: 'before' }, seconds);
  }
  const racers = Array.from({ length: 8 }, () => startProgram(program, [root, String(count)]));
  await Promise.all(racers.map(racer => racer.said('ready')));
  const start = Date.now() + 100;
  for (const { child } of racers) child.stdin.write(String(start));
  await Promise.all(racers.map(racer => racer.said('done')));
  for (const { child } of racers) child.stdin.end();
  const ended = await Promise.all(racers.map(racer => racer.ended));
  expect(ended.map(({ errors }) => errors).join('')).toBe('');
  const lines = ended.flatMap(each => each.lines);
  for (let index = 0; index < count; index += 1) {
    const of = lines.filter(line => line.startsWith(`${index} `));
    expect(of).toHaveLength(8);
    expect(of.filter(line => line === `${index} held`)).toHaveLength(1);
    expect(of.filter(line => line === `${index} refused by racing`)).toHaveLength(7);
  }
});

test('a file size limit is a typed error on every surface, and leaves nothing behind', async () => {
  const program = buildProgram('write-everything', programs);
  const store = await openFolderStore(root);
  await store.createRun(sampleRun('room', digestOf('plan')));
  const { lines, errors } = await startProgram(program, [root, '400000'], 'ulimit -f 100').ended;
  expect(errors).toBe('');
  expect(lines.map(line => line.split(' '))).toEqual(
    [
      'put',
      'createBlob',
      'publish',
      'saveCheckpoint',
      'addAttempt',
      'appendEvents',
      'writeRunFile',
      'acquireLease',
    ].map(surface => [surface, 'EFBIG']),
  );
  expect(readdirSync(path.join(root, 'temp'))).toEqual([]);
  expect(filesBelow('records')).toEqual([]);
  // What fitted of the events is there, and the next append is not spoiled by the line that was cut.
  const before = await store.events('room-1');
  expect(before.skipped).toBe(0);
  expect(await store.attempts(keyOf('work'))).toEqual([]);
});
