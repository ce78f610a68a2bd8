import { expect, test } from 'vitest';
import { arrivals, cellNames, cellOf, plan, problems } from './rig.ts';

const head = `
study: axes
axes: { condition: [good, bad], seed: { count: 3 }, layer: [4, 8] }
steps:
  world: { use: make-world, seed: { world: 0 } }
  base: { use: train-base, in: { rows: world.pretraining }, seed: { base: 0 } }
  rows: { use: select-rows, over: [condition], in: { rows: world.coupling } }
  sft: { use: train-sft, in: { model: base, rows: rows }, seed: { sft: seed } }
`;

const axesOf = (lines: string, step = 'x') => plan(head + lines).steps.find(each => each.step === step)!.axes;

test.each([
  ['inputs give their axes', '  x: { use: no-op, in: { parts: sft } }', ['condition', 'seed']],
  ['an empty `over` gathers everything', '  x: { use: no-op, over: [], in: { parts: sft } }', []],
  [
    '`over` keeps the axes it lists, in the order of the study',
    '  x: { use: no-op, over: [seed, condition], in: { parts: sft } }',
    ['condition', 'seed'],
  ],
  ['a seed gives its axis', '  x: { use: make-world, seed: { world: seed } }', ['seed']],
  [
    'a seed may be an expression over axes',
    "  x: { use: make-world, seed: { world: '${seed * 10 + layer}' } }",
    ['seed', 'layer'],
  ],
  ['a parameter gives the axes it names', "  x: { use: no-op, with: { label: 'layer ${layer}' } }", ['layer']],
  ['`when` gives the axes it names', "  x: { use: no-op, when: 'layer == 4' }", ['layer']],
  ['`at` takes an axis away', '  x: { use: no-op, in: { parts: sft }, at: { seed: 1 } }', ['condition']],
  [
    '`at` of one input takes it away from that input alone',
    '  x: { use: train-sft, in: { model: { from: sft, at: { condition: good } }, rows: rows }, seed: { training: 0 } }',
    ['condition', 'seed'],
  ],
  [
    'an expression in `at` gives the axes it names',
    "  x: { use: no-op, in: { parts: sft }, at: { seed: '${layer / 4 - 1}' } }",
    ['condition', 'layer'],
  ],
  [
    'a macro’s own variable is no axis',
    '  x: { use: no-op, with: { label: \'${[1, 2].exists(layer, layer > 1) ? "a" : "b"}\' } }',
    [],
  ],
  ['a kind that counts every cell may run over any axis', '  x: { use: no-op, over: [layer] }', ['layer']],
])('%s', (_, lines, axes) => {
  expect(axesOf(lines)).toEqual(axes);
});

test('inputs are matched on the axes they share with the step', () => {
  const study = plan(`${head}  pair: { use: train-dpo, in: { model: sft, pairs: world.pairs }, seed: { pair: 0 } }\n`);
  expect(arrivals(study, 'pair[condition=bad, seed=2]', 'model')).toEqual(['sft[condition=bad, seed=2].model']);
});

test('further axes are gathered, the last axis counting fastest', () => {
  const study = plan(`${head}  x: { use: merge-models, over: [condition], in: { models: sft } }\n`);
  expect(arrivals(study, 'x[condition=bad]', 'models')).toEqual([
    'sft[condition=bad, seed=0].model at 0',
    'sft[condition=bad, seed=1].model at 1',
    'sft[condition=bad, seed=2].model at 2',
  ]);
  expect(cellOf(study, 'x[condition=bad]').inputs['models']).toMatchObject({
    gathered: true,
    axes: ['seed'],
    quorum: 3,
  });
});

test('an input without further axes is one artifact, even at a port that gathers', () => {
  const study = plan(`${head}  x: { use: merge-models, in: { models: sft } }\n`);
  expect(cellOf(study, 'x[condition=bad, seed=0]').inputs['models']).toMatchObject({
    gathered: false,
    axes: [],
    quorum: 1,
  });
});

test('a table is scattered along an axis that the step has from elsewhere', () => {
  const study = plan(
    `${head}  x: { use: train-sft, in: { model: sft, rows: world.coupling }, seed: { training: 0 } }\n`,
  );
  expect(arrivals(study, 'x[condition=bad, seed=0]', 'rows')).toEqual(['world.coupling where {"condition":"bad"}']);
});

test('rows that were scattered once are matched, not scattered again', () => {
  const study = plan(`${head}  x: { use: subset-rows, over: [condition], in: { rows: rows }, seed: { subset: 0 } }\n`);
  expect(arrivals(study, 'x[condition=bad]', 'rows')).toEqual(['rows[condition=bad].rows']);
});

test('gathered axes come through as columns and can be scattered again', () => {
  const study = plan(`${head}
  all: { use: select-rows, over: [], in: { rows: rows } }
  x: { use: select-rows, over: [condition], in: { rows: all } }
`);
  expect(arrivals(study, 'x[condition=good]', 'rows')).toEqual(['all.rows where {"condition":"good"}']);
});

test('`at` chooses rows of a table that has the column and not the axis', () => {
  const study = plan(
    `${head}  x: { use: subset-rows, in: { rows: world.coupling }, at: { condition: good }, seed: { subset: 0 } }\n`,
  );
  expect(arrivals(study, 'x', 'rows')).toEqual(['world.coupling where {"condition":"good"}']);
});

test('a table whose columns only the data decide is scattered where an input says so', () => {
  const study = plan(
    `${head}  file: { use: load-rows, with: { path: rows.jsonl } }
  x: { use: select-rows, in: { rows: { from: file, at: { condition: '\${condition}' } } } }
`,
    { files: { 'rows.jsonl': '{}' } },
  );
  expect(cellNames(study, 'x')).toEqual(['x[condition=good]', 'x[condition=bad]']);
  expect(arrivals(study, 'x[condition=bad]', 'rows')).toEqual(['file.rows where {"condition":"bad"}']);
});

test('an `at` that depends on the cell is looked up at every cell', () => {
  const study = plan(
    `${head}  x: { use: no-op, in: { parts: { from: sft, at: { seed: '\${layer == 4 ? 0 : 2}', condition: good } } } }\n`,
  );
  expect(arrivals(study, 'x[layer=4]', 'parts')).toEqual(['sft[condition=good, seed=0].model']);
  expect(arrivals(study, 'x[layer=8]', 'parts')).toEqual(['sft[condition=good, seed=2].model']);
});

test('an `at` that leaves its axis at some cell is told with the cell', () => {
  expect(problems(`${head}  x: { use: no-op, in: { parts: { from: sft, at: { seed: '\${layer}' } } } }\n`)).toEqual([
    'E185 9 The axis `seed` has no value 4. That is at the cell `x[condition=good, layer=4]`.',
  ]);
});

test('a quorum is a fraction rounded up, or a count', () => {
  const quorumOf = (quorum: number) =>
    cellOf(plan(`${head}  x: { use: no-op, over: [], in: { parts: sft }, quorum: ${quorum} }\n`), 'x').inputs['parts']!
      .quorum;
  expect([0, 0.1, 0.5, 0.51, 1, 2, 6].map(quorumOf)).toEqual([0, 1, 3, 4, 6, 2, 6]);
});

test('a quorum of one input leaves the others as they are', () => {
  const study = plan(`${head}
  score: { use: evaluate-alignment, in: { model: sft, questions: world.questions }, seed: { sampling: 0 } }
  mask: { use: subset-rows, in: { rows: rows }, seed: { subset: seed } }
  x: { use: fit-datamodel, over: [], in: { masks: mask.mask, scores: { from: score, quorum: 0.5 } } }
`);
  const { masks, scores } = cellOf(study, 'x').inputs;
  expect([masks!.quorum, scores!.quorum]).toEqual([6, 3]);
});

test('axis values that are whole are ints in expressions, others doubles', () => {
  const study = plan(
    "study: a\naxes: { whole: [1, 2], rate: [0.5, 1] }\nsteps:\n  x: { use: no-op, with: { label: '${string(whole / 2)}', sleep: '${rate / 2.0}' } }\n",
  );
  expect(cellOf(study, 'x[whole=1, rate=1]').with).toEqual({ sleep: 0.5, label: '0' });
});
