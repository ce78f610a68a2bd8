/** `espalier audit` as it is used: on a store with light and heavy cells, without any server. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import { homeOf } from '../../../worker/home.ts';
import { attemptAll, cellNamed, dependencies, newRun, planOf } from '../../activities/rig.ts';
import { cleanUp, temporaryHome } from '../server/rig.ts';
import { endCommands, espalier, espalierJson } from './rig.ts';

const study = `
study: small
axes: { i: { count: 3 } }
steps:
  world: { use: make-world, over: [i], with: { facts: 9, pretraining_rows: 20, coupling_rows: 20, sft_rows: 20, pair_rows: 20, advice_rows: 20 }, seed: { world: i, pretraining: 0 } }
  kept: { use: subset-rows, in: { rows: world.coupling }, with: { fraction: 0.5 }, seed: { subset: 1 } }
`;
const plan = planOf(study);
const home = temporaryHome();
const recordFile = (key: string) => path.join(homeOf(home).store, 'records', key.slice(0, 2), `${key}.json`);

beforeAll(async () => {
  const store = await openFolderStore(homeOf(home).store);
  const { run } = await newRun(store, plan);
  await attemptAll(dependencies(store), run, plan);
});
afterAll(async () => {
  endCommands();
  await cleanUp();
});

test('cells that come out the same are equal, heavy and light; nothing is left behind', async () => {
  const { code, value, err } = await espalierJson(['audit', 'small-1', '--sample', '100%'], { home });
  expect(code, err).toBe(0);
  expect(value).toMatchObject({ run: 'small-1', recorded: 6, equal: 6, different: 0 });
  expect(readdirSync(home)).toEqual(['store']);
}, 60_000);

test('a record that says other bytes is found, told with its first difference, and remembered', async () => {
  const [own, other] = ['kept[i=1]', 'kept[i=2]'].map(name => cellNamed(plan, name).key);
  const record = JSON.parse(readFileSync(recordFile(own!), 'utf8'));
  const forged = JSON.parse(readFileSync(recordFile(other!), 'utf8'));
  writeFileSync(recordFile(own!), JSON.stringify({ ...record, outputs: forged.outputs }));
  const { code, out } = await espalier(['audit', 'small-1', '--cells', 'kept[i=1]', '--seed', '4'], { home });
  expect(code).toBe(1);
  expect(out).toContain('different  kept[i=1]');
  expect(out).toMatch(/rows: row 0, column \w+: /);
  expect(out.split('\n').every(line => line.length <= 80)).toBe(true);
  const known = await espalier(['audit'], { home });
  expect(known.code).toBe(0);
  expect(known.out).toMatch(/^kept\[i=1\] {2}[0-9a-f]{12}\n {2}found by an audit, /);
  expect(await espalierJson(['audit'], { home })).toMatchObject({ value: [{ name: 'kept[i=1]', found_by: 'audit' }] });
}, 60_000);

test.each([
  [['audit', 'small-1', '--sample', 'x'], '--sample is `x`: give a share such as 2%, or a number of cells'],
  [['audit', '--sample', '3'], 'name the run whose cells are to be made again: espalier audit RUN'],
  [['audit', 'smal-1'], 'there is no run `smal-1`. Did you mean `small-1`?'],
  [['audit', 'small-1', '--cells', 'keptt'], 'Did you mean `kept`?'],
])('%j is refused with the way out', async (words, message) => {
  const { code, err } = await espalier(words, { home });
  expect(code).toBe(2);
  expect(err).toContain(message);
});
