import { expect, test } from 'vitest';
import { arrivals, cellNames, cellOf, plan, problems } from './rig.ts';

const world = `
  world: { use: make-world, seed: { world: 0 } }
  base: { use: train-base, in: { rows: world.pretraining }, seed: { base: 0 } }
`;

const stage = `
graphs:
  stage:
    in: { model: weights, rows: table }
    with: { rank: { type: int, default: 4 } }
    seeds: [em]
    steps:
      em: { use: train-lora, in: { model: model, rows: rows }, with: { rank: '\${rank * 2}' } }
      score: { use: evaluate-alignment, in: { model: em, questions: questions }, seed: { sampling: 0 } }
      questions: { use: select-rows, in: { rows: rows } }
    out: { model: em.model, log: em.log }
`.replace(
  '      score: { use: evaluate-alignment, in: { model: em, questions: questions }, seed: { sampling: 0 } }\n      questions: { use: select-rows, in: { rows: rows } }\n',
  '',
);

test('a graph is expanded in place, its cells named after its use', () => {
  const study = plan(
    `study: a\n${stage}steps:${world}  one: { use: graph/stage, in: { model: base, rows: world.sft }, seed: { em: 1 } }\n`,
  );
  expect(cellNames(study)).toEqual(['world', 'base', 'one.em']);
  expect(cellOf(study, 'one.em')).toMatchObject({ with: { rank: 8 }, seeds: { training: 1 } });
});

test('parameters of a use may vary with axes, of which the graph knows nothing', () => {
  const study = plan(`study: a\naxes: { rank: [1, 2], seed: { count: 2 } }\n${stage}steps:${world}
  one: { use: graph/stage, in: { model: base, rows: world.sft }, with: { rank: '\${rank}' }, seed: { em: seed } }
`);
  expect(cellNames(study, 'one.em')).toEqual([
    'one.em[rank=1, seed=0]',
    'one.em[rank=1, seed=1]',
    'one.em[rank=2, seed=0]',
    'one.em[rank=2, seed=1]',
  ]);
  expect(cellOf(study, 'one.em[rank=2, seed=1]').with).toEqual({ rank: 4 });
});

test('graphs use graphs, and names say the way', () => {
  const study = plan(`study: a\n${stage}
  twice:
    in: { model: weights, rows: table }
    seeds: [first, second]
    steps:
      first: { use: graph/stage, in: { model: model, rows: rows }, seed: { em: first } }
      second: { use: graph/stage, in: { model: first.model, rows: rows }, seed: { em: second } }
    out: { model: second.model }
steps:${world}
  both: { use: graph/twice, in: { model: base, rows: world.sft }, seed: { first: 1, second: 2 } }
  after: { use: no-op, in: { parts: both } }
`);
  expect(cellNames(study).slice(2)).toEqual(['both.first.em', 'both.second.em', 'after']);
  expect(arrivals(study, 'both.second.em', 'model')).toEqual(['both.first.em.model']);
  expect(arrivals(study, 'after', 'parts')).toEqual(['both.second.em.model']);
  expect(study.aliases).toEqual({
    'both.model': { step: 'both.second.em', output: 'model' },
    'both.first.model': { step: 'both.first.em', output: 'model' },
    'both.first.log': { step: 'both.first.em', output: 'log' },
    'both.second.model': { step: 'both.second.em', output: 'model' },
    'both.second.log': { step: 'both.second.em', output: 'log' },
  });
});

test('a graph inside a graph takes the seeds of the same name, at any depth, unless its use says otherwise', () => {
  const study = plan(`study: a\naxes: { seed: { count: 2 } }\n${stage}
  inner:
    in: { model: weights, rows: table }
    seeds: [em, other]
    steps:
      same: { use: graph/stage, in: { model: model, rows: rows } }
      renamed: { use: graph/stage, in: { model: same.model, rows: rows }, seed: { em: other } }
      own: { use: graph/stage, in: { model: renamed.model, rows: rows }, seed: { em: 5 } }
    out: { model: own.model }
  outer:
    in: { model: weights, rows: table }
    seeds: [em, other]
    steps: { inner: { use: graph/inner, in: { model: model, rows: rows } } }
    out: { model: inner.model }
steps:${world}
  one: { use: graph/outer, in: { model: base, rows: world.sft }, seed: { em: '\${seed + 3}', other: 9 } }
`);
  const seedAt = (name: string) => cellOf(study, name).seeds['training'];
  expect(seedAt('one.inner.same.em[seed=1]')).toBe(4);
  expect(seedAt('one.inner.renamed.em[seed=1]')).toBe(9);
  expect(seedAt('one.inner.own.em[seed=1]')).toBe(5);
});

test('a seed that the graph around does not have must be named: the study itself hands none down', () => {
  const text = (seeds: string, seed: string) => `study: a\naxes: { em: { count: 2 } }\n${stage}
  outer:
    in: { model: weights, rows: table }
    seeds: ${seeds}
    steps:
      inner: { use: graph/stage, in: { model: model, rows: rows } }
      more: { use: train-lora, in: { model: inner.model, rows: rows } }
    out: { model: more.model }
steps:${world}
  one: { use: graph/outer, in: { model: base, rows: world.sft }, seed: ${seed} }
`;
  expect(problems(text('[more]', '{ more: em }'))).toEqual([
    'E165 17 The graph `stage` draws from the seed `em`, and this use does not name it.',
  ]);
  expect(problems(text('[em, more]', '{ more: em }'))).toEqual([
    'E165 24 The graph `outer` draws from the seed `em`, and this use does not name it.',
  ]);
  expect(problems(text('[em, more]', '{ }'))).toEqual([
    'E165 24 The graph `outer` draws from the seeds `em` and `more`, and this use does not name them.',
  ]);
});

test('keys know nothing of graphs: the same work under another name is the same cell', () => {
  const study = plan(`study: a\n${stage}steps:${world}
  one: { use: graph/stage, in: { model: base, rows: world.sft }, seed: { em: 1 } }
  two: { use: train-lora, in: { model: base, rows: world.sft }, with: { rank: 8 }, seed: { two: 1 } }
`);
  expect(cellOf(study, 'one.em').key).toBe(cellOf(study, 'two').key);
});

const fan = `
graphs:
  fan:
    in: { models: weights, rows: table }
    seeds: [em]
    steps:
      em: { use: train-lora, in: { model: models, rows: rows } }
      mean: { use: merge-models, in: { models: em } }
    out: { model: mean.model }
`;
const seeds = 'axes: { seed: { count: 3 }, draw: { count: 2 } }\n';
const drawn = `${world}  drawn: { use: train-base, in: { rows: world.pretraining }, seed: { drawn: draw } }\n`;

test('`over` of a use bounds the axes of its steps; the rest is gathered at their ports', () => {
  const study = plan(`study: a\n${seeds}${fan}steps:${drawn}
  free: { use: graph/fan, in: { models: drawn, rows: world.sft }, seed: { em: seed } }
`);
  expect(cellNames(study, 'free.mean')).toHaveLength(6);
  const bounded = `study: a\n${seeds}${fan.replace('train-lora, in: { model: models, rows: rows }', 'merge-models, in: { models: models }').replace('    seeds: [em]\n', '').replace(', rows: table', '')}steps:${drawn}
  held: { use: graph/fan, over: [draw], in: { models: drawn } }
  all: { use: graph/fan, over: [], in: { models: drawn } }
`;
  expect(cellNames(plan(bounded), 'held.mean')).toEqual(['held.mean[draw=0]', 'held.mean[draw=1]']);
  expect(cellNames(plan(bounded), 'all.mean')).toEqual(['all.mean']);
  expect(arrivals(plan(bounded), 'all.em', 'models')).toEqual(['drawn[draw=0].model at 0', 'drawn[draw=1].model at 1']);
});

test('an axis that no step of a bounded graph has is told', () => {
  expect(
    problems(`study: a\n${seeds}${stage}steps:${world}
  one: { use: graph/stage, over: [seed, draw], in: { model: base, rows: world.sft }, seed: { em: seed } }
`),
  ).toEqual(['E182 16 No step of the graph has the axis `draw`.']);
});

test('`at` and quorum of a use hold for the steps inside', () => {
  const study = plan(`study: a\n${seeds}graphs:
  collect:
    in: { models: weights, more: weights }
    steps: { mean: { use: merge-models, over: [], in: { models: models } }, other: { use: merge-models, in: { models: more } } }
    out: { model: mean.model, other: other.model }
steps:${drawn}
  one: { use: graph/collect, in: { models: { from: drawn, quorum: 0.5 }, more: drawn } }
  two: { use: graph/collect, in: { models: { from: drawn, quorum: 0.5 }, more: { from: drawn, at: { draw: 1 } } } }
`);
  expect(cellOf(study, 'one.mean').inputs['models']!.quorum).toBe(1);
  expect(cellNames(study, 'one.other')).toEqual(['one.other[draw=0]', 'one.other[draw=1]']);
  expect(arrivals(study, 'two.other', 'models')).toEqual(['drawn[draw=1].model']);
});

test('`when` of a use holds for every step inside, and its `else` does not come to pass', () => {
  const study = plan(`study: a\naxes: { seed: { count: 2 } }\ngraphs:
  pair:
    in: { model: weights, rows: table }
    seeds: [s]
    steps:
      first: { use: train-sft, in: { model: model, rows: rows }, when: 'true', else: model, seed: { first: s } }
      second: { use: train-sft, in: { model: first, rows: rows }, seed: { second: s } }
    out: { model: second.model }
steps:${world}
  one: { use: graph/pair, in: { model: base, rows: world.sft }, when: seed == 1, seed: { s: seed } }
`);
  expect(cellNames(study).slice(2)).toEqual(['one.first[seed=1]', 'one.second[seed=1]']);
});

test('an optional in-port may be left open', () => {
  const text = (binding: string) =>
    `study: a\ngraphs:
  removal:
    in: { rows: table, scores: { kind: table, optional: true } }
    seeds: [removal]
    steps: { left: { use: remove-rows, in: { rows: rows, scores: scores }, with: { arm: top } } }
    out: { rows: left.rows }
steps:${world}
  removal: { use: graph/removal, in: { rows: world.sft${binding} }, seed: { removal: 0 } }
`
      .replace('left: { use: remove-rows', 'removal: { use: remove-rows')
      .replace('left.rows', 'removal.rows');
  expect(Object.keys(cellOf(plan(text('')), 'removal.removal').inputs)).toEqual(['rows']);
  expect(problems(text(', scores: world.sft'))).toEqual([
    'E157 6 `scores` of `removal` needs the columns `unit_id` and `weight`; `world.sft` has `row_id` and `messages`.',
  ]);
});

test('a step hides an in-port of its name, but not from itself', () => {
  const study = plan(`study: a\ngraphs:
  g:
    in: { rows: table }
    steps: { rows: { use: select-rows, in: { rows: rows } }, again: { use: select-rows, in: { rows: rows } } }
    out: { rows: again.rows }
steps:${world}  g: { use: graph/g, in: { rows: world.sft } }
`);
  expect(arrivals(study, 'g.rows', 'rows')).toEqual(['world.sft']);
  expect(arrivals(study, 'g.again', 'rows')).toEqual(['g.rows.rows']);
});

test('an out-port may hand an in-port through', () => {
  const text = (model: string) => `study: a\ngraphs:
  same: { in: { model: weights, rows: table }, steps: { rows: { use: select-rows, in: { rows: rows } } }, out: { model: model, rows: rows } }
steps:${world}
  one: { use: graph/same, in: { model: ${model}, rows: world.sft } }
  two: { use: graph/same, in: { model: one.model, rows: one.rows } }
  after: { use: no-op, in: { parts: two.model } }
`;
  expect(arrivals(plan(text('base')), 'after', 'parts')).toEqual(['base.model']);
  expect(problems(text('two.model'))[0]).toBe(
    'E159 8 `two.model` leads through in-ports and out-ports back to itself.',
  );
});

test('two uses may feed each other as long as no step needs itself', () => {
  const study = plan(`study: a\ngraphs:
  two:
    in: { a: table, b: table }
    steps: { first: { use: select-rows, in: { rows: a } }, second: { use: select-rows, in: { rows: b } } }
    out: { first: first.rows, second: second.rows }
steps:${world}
  one: { use: graph/two, in: { a: world.sft, b: other.first } }
  other: { use: graph/two, in: { a: one.first, b: one.second } }
`);
  expect(cellNames(study).slice(2)).toEqual(['one.first', 'other.first', 'one.second', 'other.second']);
});

test('graphs come from imports, which see each other', () => {
  const study = plan('study: a\nimport: [lib/one.yaml, lib/two.yaml]\nsteps:\n  x: { use: graph/one }\n', {
    files: {
      'lib/one.yaml': 'graphs:\n  one: { steps: { a: { use: graph/two } }, out: { a: a.rows } }\n',
      'lib/two.yaml':
        'graphs:\n  two: { steps: { rows: { use: load-rows, with: { path: data.jsonl } } }, out: { rows: rows.rows } }\n',
      'lib/data.jsonl': '{}',
    },
  });
  expect(cellNames(study)).toEqual(['x.a.rows']);
  expect(cellOf(study, 'x.a.rows').files['path']).toMatchObject({ path: 'lib/data.jsonl', bytes: 2 });
  expect(study.sources.map(({ path }) => path)).toEqual([
    'study.yaml',
    'lib/one.yaml',
    'lib/two.yaml',
    'lib/data.jsonl',
  ]);
});

test('graphs stand at most 16 deep in each other', () => {
  const levels = (count: number) =>
    Array.from({ length: count }, (_, level) =>
      level === count - 1
        ? `  g${level}: { steps: { a: { use: no-op } }, out: { a: a.out } }\n`
        : `  g${level}: { steps: { a: { use: graph/g${level + 1} } }, out: { a: a.a } }\n`,
    ).join('');
  const text = (count: number) => `study: a\ngraphs:\n${levels(count)}steps:\n  a: { use: graph/g0 }\n`;
  expect(plan(text(16)).cells).toBe(1);
  expect(problems(text(17))).toEqual(['E144 18 Here graphs stand more than 16 deep in each other.']);
});

test('graphs that double at every level are refused before they are expanded', () => {
  const levels = Array.from({ length: 15 }, (_, level) => {
    const inner = level === 14 ? 'no-op' : `graph/g${level + 1}`;
    const out = level === 14 ? 'a.out' : 'a.a';
    return `  g${level}: { steps: { a: { use: ${inner} }, b: { use: ${inner} } }, out: { a: ${out} } }\n`;
  }).join('');
  expect(problems(`study: a\ngraphs:\n${levels}steps:\n  a: { use: graph/g0 }\n`)).toEqual([
    expect.stringMatching(/^E202 .* With its graphs expanded, the study has more than 20,000 steps\.$/),
  ]);
});
