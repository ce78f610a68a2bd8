import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { arrivals, cellNames, cellOf, nameOf, plan, warnings } from './rig.ts';

const text = readFileSync(new URL('em-susceptibility.yaml', import.meta.url), 'utf8');
const study = plan(text);

test('every step has as many cells as counted by hand', () => {
  expect(Object.fromEntries(study.steps.map(({ step, cells }) => [step, cells]))).toEqual({
    world: 1,
    base: 1,
    rows: 5,
    'main.coupling': 4 * 3, // control has no coupling stage
    'main.sft': 5 * 3,
    'main.dpo': 5 * 3,
    'main.em': 5 * 3 * 3,
    'main.score': 5 * 3 * 3,
    masks: 40,
    'retrain.coupling': 40,
    'retrain.sft': 40,
    'retrain.dpo': 40,
    'retrain.em': 40 * 3,
    'retrain.score': 40 * 3,
    datamodel: 1,
    removed: 19 + 1, // every random draw, and the top rows once
    variance: 1,
    'gates.H4': 1,
  });
  expect(study.cells).toBe(562);
});

test('it gives no warning', () => {
  expect(warnings(text)).toEqual([]);
});

test('where there is no coupling stage, the base model stands in for its output', () => {
  expect(cellNames(study, 'main.coupling').filter(name => name.includes('control'))).toEqual([]);
  expect(arrivals(study, 'main.sft[condition=control, pipeline_seed=42]', 'model')).toEqual(['base.model']);
  expect(arrivals(study, 'main.sft[condition=good_wrong, pipeline_seed=42]', 'model')).toEqual([
    'main.coupling[condition=good_wrong, pipeline_seed=42].model',
  ]);
});

test('a table with a column named like an axis is scattered', () => {
  expect(arrivals(study, 'rows[condition=good_wrong]', 'rows')).toEqual([
    'world.coupling where {"condition":"good_wrong"}',
  ]);
});

test('each named seed varies with its own axis alone', () => {
  expect(cellOf(study, 'main.em[condition=good_wrong, pipeline_seed=137, em_seed=2]').seeds).toEqual({ training: 2 });
  expect(cellOf(study, 'main.dpo[condition=good_wrong, pipeline_seed=137]').seeds).toEqual({ training: 137 });
  expect(cellOf(study, 'retrain.em[em_seed=1, subset=7]').seeds).toEqual({ training: 1 });
});

test('a fan-in gathers every cell, and says how many must be there', () => {
  const { masks, scores } = cellOf(study, 'datamodel').inputs;
  expect(masks).toMatchObject({ gathered: true, axes: ['subset'], quorum: 40 });
  expect(scores).toMatchObject({ gathered: true, axes: ['em_seed', 'subset'], quorum: 114 });
  expect(scores!.parts).toHaveLength(120);
  expect(arrivals(study, 'datamodel', 'scores')[41]).toBe('retrain.score[em_seed=1, subset=1].scores at 1,1');
});

test('an axis that `at` fixes is gone', () => {
  expect(arrivals(study, 'masks[subset=3]', 'rows')).toEqual(['rows[condition=good_wrong].rows']);
});

test('the gate guards what it may skip', () => {
  const [gate] = study.gates;
  expect(cellOf(study, 'removed[arm=random, draw=4]').guards).toEqual([
    { gate: gate!.cell, name: 'H4', verdicts: ['pass'] },
  ]);
  expect(nameOf(study.cellList[gate!.cell]!)).toBe('gates.H4');
  expect(arrivals(study, 'gates.H4', 'value')).toEqual(['variance.metrics']);
});

test('a chain from coupling to score is one branch, whatever it shares with others', () => {
  const branchWith = (name: string) =>
    study.branchList.find(({ cells }) => cells.some(cell => nameOf(study.cellList[cell]!) === name));
  const chain = branchWith('main.coupling[condition=good_wrong, pipeline_seed=137]')!;
  expect(chain.cells.map(cell => study.cellList[cell]!.step)).toEqual([
    'main.coupling',
    'main.sft',
    'main.dpo',
    'main.em',
    'main.em',
    'main.em',
    'main.score',
    'main.score',
    'main.score',
  ]);
  expect(branchWith('retrain.score[em_seed=2, subset=9]')).toBe(branchWith('masks[subset=9]'));
  expect(branchWith('world')!.cells).toHaveLength(1);
});

test('out-ports of graphs are names for outputs', () => {
  expect(study.aliases['main.score']).toEqual({ step: 'main.score', output: 'scores' });
  expect(study.aliases['retrain.em']).toEqual({ step: 'retrain.em', output: 'model' });
});
