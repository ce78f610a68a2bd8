/** Publishers at work while everything in the store is thrown away, by a process that is killed on the way. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cellKeySchema, digestSchema } from '../../../schemas/identity.ts';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import { buildProgram, startProgram } from '../programs.ts';
import { publishSample } from '../sample-records.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'espalier-collect-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each<readonly [string, ...string[]]>([['one by one'], ['grouped', 'grouped']])(
  'what was published is there with its bytes, whatever a collection did at the same moment: %s',
  async (_, ...way) => {
    const root = path.join(folder, 'store');
    const store = await openFolderStore(root);
    const shared = way.length === 0 ? store : store.grouped();
    for (let at = 0; at < 7; at += 1) await shared.put(Buffer.from(`shared ${at}`));
    await publishSample(shared, 'with them');
    const [collector, publisher] = [buildProgram('throw-away', folder), buildProgram('publish-again', folder)];
    const publishers = ['one', 'two'].map(name => startProgram(publisher, [root, name, ...way]));
    await Promise.all(publishers.map(({ child }) => new Promise(resolve => child.stdout.once('data', resolve))));
    const thrown: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { child, ended } = startProgram(collector, [root]);
      // At least one pass is whole; the next is cut somewhere.
      await new Promise(resolve => child.stdout.once('data', resolve));
      await wait(100 + 70 * round);
      child.kill('SIGKILL');
      const { lines, errors } = await ended;
      expect(errors).toBe('');
      thrown.push(...lines);
    }
    for (const { child } of publishers) child.kill('SIGKILL');
    const published = (await Promise.all(publishers.map(({ ended }) => ended))).flatMap(({ lines, errors }) => {
      expect(errors).toBe('');
      return lines;
    });
    expect(published.length).toBeGreaterThan(20);
    expect(thrown.length).toBeGreaterThanOrEqual(3);
    expect(thrown.reduce((sum, moved) => sum + Number(moved), 0)).toBeGreaterThan(20);
    for (const line of published) {
      const [key = '', output = ''] = line.split(' ');
      const record = await store.record(cellKeySchema.parse(key));
      expect(record?.outputs['out']?.digest).toBe(output);
      await store.get(digestSchema.parse(output), { verify: true });
      expect(await store.recordByContent(record!.content_key)).toEqual(record);
    }
  },
  60_000,
);

test('a collection that is killed at any point leaves a whole store, and can still be undone', async () => {
  const root = path.join(folder, 'store');
  const store = await openFolderStore(root);
  const records = await Promise.all(
    Array.from({ length: 150 }, async (_, cell) => (await publishSample(store, `cell ${cell}`)).record),
  );
  const files = () => ['records', 'contents', 'blobs'].flatMap(name => filesBelow(path.join(root, name)));
  const before = files().length;
  const collector = buildProgram('throw-away', folder);
  for (let round = 0; round < 6; round += 1) {
    const { child, ended } = startProgram(collector, [root]);
    while (files().length === before && child.exitCode === null) await wait(2);
    await wait(3 * round);
    child.kill('SIGKILL');
    await ended;
    const inTrash = filesBelow(path.join(root, 'trash')).length;
    expect(inTrash + files().length).toBe(before);
    expect(await store.restoreTrash()).toBe(inTrash);
    expect(files()).toHaveLength(before);
    for (const record of records.slice(round * 20, round * 20 + 20)) {
      expect(await store.record(record.key)).toEqual(record);
      await store.get(record.outputs['out']!.digest, { verify: true });
    }
  }
}, 60_000);

function filesBelow(below: string): string[] {
  if (!existsSync(below)) return [];
  return readdirSync(below, { recursive: true, encoding: 'utf8' })
    .map(name => path.join(below, name))
    .filter(file => statSync(file, { throwIfNoEntry: false })?.isFile());
}
