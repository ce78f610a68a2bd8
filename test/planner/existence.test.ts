import { expect, test } from 'vitest';
import { arrivals, cellNames, cellOf, plan, problems, warnings } from './rig.ts';

const head = `
study: existence
axes: { condition: [good, bad, control], seed: { count: 2 } }
steps:
  world: { use: make-world, seed: { world: 0 } }
  base: { use: train-base, in: { rows: world.pretraining }, seed: { base: 0 } }
`;

test('where `when` is false there is no cell', () => {
  const study = plan(`${head}  x: { use: no-op, over: [condition], when: condition != "control" }\n`);
  expect(cellNames(study, 'x')).toEqual(['x[condition=good]', 'x[condition=bad]']);
});

test('a plain false takes all cells away, with a warning', () => {
  const text = `${head}  x: { use: no-op, when: false }\n`;
  expect(cellNames(plan(text), 'x')).toEqual([]);
  expect(warnings(text)).toContain(
    'W304 `x` has no cell: its `when` is false everywhere, or nothing arrives at a required input.',
  );
});

test('what needs a cell that does not exist does not exist either', () => {
  const study = plan(`${head}
  rows: { use: select-rows, over: [condition], in: { rows: world.coupling }, when: condition != "control" }
  few: { use: subset-rows, in: { rows: rows }, seed: { subset: 0 } }
  fewer: { use: subset-rows, in: { rows: few.rows }, seed: { subset: 1 } }
`);
  expect(cellNames(study, 'few')).toEqual(['few[condition=good]', 'few[condition=bad]']);
  expect(cellNames(study, 'fewer')).toEqual(['fewer[condition=good]', 'fewer[condition=bad]']);
});

test('an optional input that does not exist is left out', () => {
  const study = plan(`${head}
  one: { use: no-op, over: [condition], when: condition == "good" }
  two: { use: no-op, over: [condition], in: { parts: one } }
`);
  expect(cellOf(study, 'two[condition=good]').inputs['parts']!.parts).toHaveLength(1);
  expect(cellOf(study, 'two[condition=bad]').inputs).toEqual({});
});

test('a gathered input lacks what does not exist', () => {
  const study = plan(`${head}
  one: { use: train-sft, in: { model: base, rows: world.sft }, when: condition != "control", seed: { one: seed } }
  all: { use: merge-models, over: [seed], in: { models: one } }
`);
  expect(cellOf(study, 'all[seed=1]').inputs['models']).toMatchObject({ axes: ['condition'], quorum: 2 });
  expect(arrivals(study, 'all[seed=1]', 'models')).toEqual([
    'one[condition=good, seed=1].model at good',
    'one[condition=bad, seed=1].model at bad',
  ]);
});

test('a required gathered input without any part leaves no cell', () => {
  const study = plan(`${head}
  one: { use: train-sft, in: { model: base, rows: world.sft }, when: seed > 5, seed: { one: seed } }
  all: { use: merge-models, over: [], in: { models: one } }
  after: { use: no-op, in: { parts: all } }
`);
  expect(cellNames(study, 'all')).toEqual([]);
  expect(cellNames(study, 'after')).toEqual(['after']);
});

const chain = `${head}
  one: { use: train-sft, in: { model: base, rows: world.sft }, when: condition != "control", else: model, keep: checkpoints, seed: { one: 1 } }
  two: { use: train-sft, in: { model: one, rows: world.sft }, when: condition == "good", else: model, seed: { two: 2 } }
`;

test('the input that `else` names stands in for the output', () => {
  const study = plan(`${chain}  three: { use: train-sft, in: { model: two, rows: world.sft }, seed: { three: 3 } }\n`);
  expect(arrivals(study, 'three[condition=good]', 'model')).toEqual(['two[condition=good].model']);
  expect(arrivals(study, 'three[condition=bad]', 'model')).toEqual(['one[condition=bad].model']);
  expect(arrivals(study, 'three[condition=control]', 'model')).toEqual(['base.model']);
});

test('other outputs of a cell that is stood in for do not exist', () => {
  const study = plan(`${chain}
  logs: { use: no-op, over: [], in: { parts: one.log } }
  kept: { use: no-op, over: [], in: { parts: one.checkpoints } }
  models: { use: no-op, over: [], in: { parts: one } }
`);
  expect(arrivals(study, 'logs', 'parts')).toHaveLength(2);
  expect(arrivals(study, 'kept', 'parts')).toHaveLength(2);
  expect(arrivals(study, 'models', 'parts')).toEqual([
    'one[condition=good].model at good',
    'one[condition=bad].model at bad',
    'base.model at control',
  ]);
});

test('with its stand-in, a cell is the same work as one that was never there', () => {
  const study = plan(`${chain}
  three: { use: train-sft, in: { model: two, rows: world.sft }, seed: { three: 3 } }
  plain: { use: train-sft, in: { model: base, rows: world.sft }, seed: { plain: 3 } }
`);
  expect(cellOf(study, 'three[condition=control]').key).toBe(cellOf(study, 'plain').key);
  expect(cellOf(study, 'three[condition=bad]').key).not.toBe(cellOf(study, 'plain').key);
});

test('rows that a stand-in was to take go with it', () => {
  const study = plan(`${head}
  few: { use: select-rows, over: [condition], in: { rows: world.coupling }, when: condition == "good", else: rows }
  fewer: { use: subset-rows, in: { rows: few }, seed: { subset: 1 } }
`);
  expect(arrivals(study, 'fewer[condition=bad]', 'rows')).toEqual(['world.coupling where {"condition":"bad"}']);
  expect(arrivals(study, 'fewer[condition=good]', 'rows')).toEqual(['few[condition=good].rows']);
});

test('`else` comes to pass even where another input does not exist', () => {
  const study = plan(`${head}
  rows: { use: select-rows, over: [condition], in: { rows: world.coupling }, when: condition != "control" }
  one: { use: train-sft, in: { model: base, rows: rows }, when: condition != "control", else: model, seed: { one: 1 } }
  two: { use: train-sft, in: { model: one, rows: world.sft }, seed: { two: 2 } }
`);
  expect(arrivals(study, 'two[condition=control]', 'model')).toEqual(['base.model']);
});

test('an `else` that gathers cannot stand in', () => {
  expect(
    problems(`${head}
  one: { use: train-base, in: { rows: world.pretraining }, seed: { one: seed } }
  all: { use: merge-models, over: [condition], in: { models: one }, when: condition == "good", else: models }
`),
  ).toEqual(['E186 9 The input `models` is gathered from several cells and cannot stand in for one output.']);
});
