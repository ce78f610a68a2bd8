import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keyFields } from '../../planner/key-fields.ts';
import type { InputIdentity, PartIdentity, Recipe } from '../../schemas/identity.ts';
import { recipeOf } from '../../schemas/recipe.ts';
import { testKinds } from './kinds.ts';
import { cellOf, plan } from './rig.ts';

const study = plan(`study: a
axes: { condition: [good, bad], draw: { count: 2 } }
steps:
  world: { use: make-world, seed: { world: 0 } }
  rows: { use: select-rows, in: { rows: world.coupling }, over: [condition] }
  each: { use: no-op, over: [draw] }
`);

function recipe(name: string): Recipe {
  const cell = cellOf(study, name);
  return recipeOf(cell, testKinds.get(cell.use)!);
}

test('every field of a pre-image is listed in words, and none that there is not', () => {
  const { inputs } = recipe('rows[condition=good]');
  const input: InputIdentity = inputs['rows']!;
  const part: PartIdentity = input.parts[0]!;
  const found = [
    'tag',
    ...Object.keys(recipe('each[draw=0]')),
    ...Object.keys(recipe('rows[condition=good]')),
    ...Object.keys(input).map(field => `inputs.PORT.${field}`),
    ...Object.keys(part).map(field => `inputs.PORT.parts[i].${field}`),
  ];
  expect(keyFields.map(({ field }) => field).sort()).toEqual([...new Set(found)].sort());
  expect(keyFields.every(({ meaning }) => /^[A-Z].*\.$/.test(meaning))).toBe(true);
});

/** The rows of the first table under a heading: the first cell without its backquotes, and the second. */
function tableUnder(markdown: string, heading: string): { field: string | undefined; meaning: string | undefined }[] {
  const [, section = ''] = markdown.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const table = /(?:^\|.*\n?)+/m.exec(section.split(/^#+ /m)[0] ?? '')?.[0] ?? '';
  const [, , ...rows] = table.trim().split('\n');
  return rows.map(row => {
    const [, field, meaning] = row.split('|').map(cell => cell.trim());
    return { field: field?.replace(/^`(.*)`$/, '$1'), meaning };
  });
}

test('the README lists what is in a key, field by field, in order', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(tableUnder(readme, 'What is in a key')).toEqual(keyFields);
});
