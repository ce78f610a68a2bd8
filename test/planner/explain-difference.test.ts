import { expect, test } from 'vitest';
import { type Difference, explainDifference } from '../../planner/explain-difference.ts';
import { type Recipe, cellKey } from '../../schemas/identity.ts';

const recipe: Recipe = {
  use: 'train-sft',
  version: 1,
  with: { epochs: 2, optimizer: { name: 'adam', betas: [0.9, 0.99] } },
  seeds: { training: 1 },
  keep: ['checkpoints'],
  inputs: {
    model: { axes: [], parts: [{ at: [], id: 'aa', output: 'model' }] },
    rows: {
      axes: ['subset'],
      parts: [
        { at: [0], id: 'bb', output: 'rows' },
        { at: [1], id: 'cc', output: 'rows' },
      ],
    },
  },
};

test.each<[string, Partial<Recipe>, Difference[]]>([
  ['nothing', {}, []],
  ['a version', { version: 2 }, [{ field: 'version', before: 1, after: 2 }]],
  [
    'a parameter, deep inside',
    { with: { epochs: 2, optimizer: { name: 'adam', betas: [0.9, 0.95] } } },
    [{ field: 'with.optimizer.betas[1]', before: 0.99, after: 0.95 }],
  ],
  [
    'a parameter that is gone',
    { with: { optimizer: recipe.with['optimizer']! } },
    [{ field: 'with.epochs', before: 2, after: undefined }],
  ],
  [
    'a value of another form',
    { with: { ...recipe.with, epochs: [1, 2] } },
    [{ field: 'with.epochs', before: 2, after: [1, 2] }],
  ],
  ['a seed', { seeds: { training: 3 } }, [{ field: 'seeds.training', before: 1, after: 3 }]],
  ['what is kept', { keep: [] }, [{ field: 'keep[0]', before: 'checkpoints', after: undefined }]],
  ['a place on the axes', { at: { draw: 1 } }, [{ field: 'at', before: undefined, after: { draw: 1 } }]],
  [
    'one of several parts',
    {
      inputs: {
        ...recipe.inputs,
        rows: {
          ...recipe.inputs['rows']!,
          parts: [recipe.inputs['rows']!.parts[0]!, { at: [1], id: 'dd', output: 'rows' }],
        },
      },
    },
    [{ field: 'inputs.rows.parts[1].id', before: 'cc', after: 'dd' }],
  ],
  [
    'an input that is new, with the rows it takes',
    { inputs: { ...recipe.inputs, extra: { axes: [], parts: [{ at: [], id: 'ee', where: { condition: 'good' } }] } } },
    [
      {
        field: 'inputs.extra',
        before: undefined,
        after: { axes: [], parts: [{ at: [], id: 'ee', output: undefined, where: { condition: 'good' } }] },
      },
    ],
  ],
])('%s is told', (_, change, differences) => {
  const other = { ...recipe, ...change };
  expect(explainDifference(recipe, other)).toEqual(differences);
  expect(cellKey(recipe) === cellKey(other)).toBe(differences.length === 0);
});
