import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cellKey } from '../../schemas/identity.ts';
import { recipeOf } from '../../schemas/recipe.ts';
import { testKinds } from './kinds.ts';
import { type StudyOptions, cellOf, nameOf, plan } from './rig.ts';

const small = readFileSync(new URL('../golden/keys/small.yaml', import.meta.url), 'utf8');

test('the keys of a small study never change by themselves', async () => {
  const study = plan(small, { files: { 'rows.jsonl': '{"row_id": "a"}\n' } });
  const keys = study.cellList.map(cell => `${cell.key} ${nameOf(cell)}`).join('\n');
  await expect(`${keys}\n`).toMatchFileSnapshot(new URL('../golden/keys/small.txt', import.meta.url).pathname);
});

test('a key is the SHA-256 of a text that anybody can write down', () => {
  const study = plan(small, { files: { 'rows.jsonl': '{"row_id": "a"}\n' } });
  const world = cellOf(study, 'world').key;
  const preimage =
    '{"inputs":{"rows":{"axes":[],"parts":[{"at":[],"id":"' +
    world +
    '","output":"coupling","where":{"condition":"good"}}]}},"keep":[],"seeds":{},"tag":"espalier/recipe/1","use":"select-rows","version":1,"with":{}}';
  expect(cellOf(study, 'rows[condition=good]').key).toBe(createHash('sha256').update(preimage).digest('hex'));
});

const head = 'study: a\naxes: { condition: [good, bad], draw: { count: 2 } }\n';
const steps = `steps:
  world: { use: make-world, seed: { world: 0 } }
  base: { use: train-base, in: { rows: world.pretraining }, with: { d_model: 16 }, seed: { base: 7 } }
  sft: { use: train-sft, in: { model: base, rows: world.sft }, seed: { sft: 1 } }
  after: { use: no-op, over: [], in: { parts: sft } }
`;
const keyIn = (text: string, name: string, options?: StudyOptions) => cellOf(plan(text, options), name).key;
const before = keyIn(head + steps, 'after');

test.each([
  [
    'names of steps',
    steps
      .replaceAll('sft:', 'tuned:')
      .replace('parts: sft', 'parts: tuned')
      .replace('seed: { tuned', 'seed: { training'),
  ],
  ['descriptions', steps.replace('use: train-base,', 'use: train-base, description: the base,')],
  ['a default that is written out', steps.replace('{ use: make-world,', '{ use: make-world, with: { rows: 480 },')],
  ['how a parameter is written', steps.replace('d_model: 16', "d_model: '${8 + 8}'")],
  ['where a seed comes from', steps.replace('seed: { base: 7 }', "seed: { training: '${3 + 4}' }")],
  ['resources', steps.replace('use: train-base,', 'use: train-base, resources: { cpu: 4, memory: 8GB },')],
  [
    'a quorum',
    steps
      .replace('in: { parts: sft }', 'in: { parts: drawn }, quorum: 0.5')
      .replace('after:', 'drawn: { use: no-op, over: [draw] }\n  after:'),
  ],
])('%s are not in a key', (what, changed) => {
  const other = keyIn(head + changed, 'after');
  if (what === 'a quorum') expect(other).toBe(keyIn(head + changed.replace(', quorum: 0.5', ''), 'after'));
  else expect(other).toBe(before);
});

test.each([
  ['a parameter further up', steps.replace('d_model: 16', 'd_model: 24')],
  ['a seed further up', steps.replace('seed: { base: 7 }', 'seed: { base: 8 }')],
  ['which output is taken', steps.replace('rows: world.sft', 'rows: world.bad_advice')],
  ['what is kept', steps.replace('seed: { sft: 1 }', 'seed: { sft: 1 }, keep: checkpoints')],
  ['the step kind', steps.replace('sft: { use: train-sft', 'sft: { use: train-lora')],
])('%s is in every key below', (_, changed) => {
  expect(keyIn(head + changed, 'after')).not.toBe(before);
});

test('the place on the axes is in the key of those kinds alone that count every cell as its own', () => {
  const study = plan(`${head}${steps}
  each: { use: no-op, over: [draw] }
  rows: { use: select-rows, in: { rows: world.coupling }, over: [condition] }
  same: { use: train-sft, in: { model: base, rows: world.sft }, when: condition == "good" || condition == "bad", seed: { same: 1 } }
`);
  expect(cellOf(study, 'each[draw=0]').key).not.toBe(cellOf(study, 'each[draw=1]').key);
  expect(cellOf(study, 'same[condition=good]').key).toBe(cellOf(study, 'same[condition=bad]').key);
  expect(cellOf(study, 'same[condition=good]').key).toBe(cellOf(study, 'sft').key);
  expect(cellOf(study, 'rows[condition=good]').key).not.toBe(cellOf(study, 'rows[condition=bad]').key);
});

test('a data file counts by its bytes, not by its path', () => {
  const text = (path: string) => `study: a\nsteps:\n  rows: { use: load-rows, with: { path: ${path} } }\n`;
  const files = { 'a.jsonl': '{"x": 1}\n', 'data/b.jsonl': '{"x": 1}\n', 'c.jsonl': '{"x": 2}\n' };
  expect(keyIn(text('data/b.jsonl'), 'rows', { files })).toBe(keyIn(text('a.jsonl'), 'rows', { files }));
  expect(keyIn(text('c.jsonl'), 'rows', { files })).not.toBe(keyIn(text('a.jsonl'), 'rows', { files }));
});

test('the version of a kind is in its key', () => {
  const study = plan(head + steps);
  const kind = testKinds.get('train-base')!;
  const cell = cellOf(study, 'base');
  expect(cellKey(recipeOf(cell, kind))).toBe(cell.key);
  expect(cellKey(recipeOf({ ...cell, version: cell.version + 1 }, kind))).not.toBe(cell.key);
});
