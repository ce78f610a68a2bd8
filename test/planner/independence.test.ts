import { expect, test } from 'vitest';
import { cellNames, plan, problems, warnings } from './rig.ts';

/** A study with one mistake, whatever else depends on it: exactly that is told. */
test.each([
  [
    'an axis with problems',
    `study: a
axes: { draw: { count: 0 }, condition: [x, y] }
steps:
  a: { use: no-op, over: [draw, condition], with: { label: 'draw \${draw}' } }
  b: { use: make-world, seed: { world: draw } }
  c: { use: no-op, in: { parts: a }, at: { draw: 1 } }
  d: { use: no-op, over: [condition], in: { parts: c } }
  e: { use: no-op, when: draw > 1 }
`,
    [/^E114 2 `count` must be/],
  ],
  [
    'a param with problems',
    `study: a
params: { n: { type: int, default: many } }
axes: { draw: { count: '\${n}' }, condition: [x, y] }
steps:
  a: { use: no-op, over: [draw], with: { sleep: '\${n}' } }
  b: { use: make-world, seed: { world: n }, when: n > 1 }
  c: { use: no-op, over: [], in: { parts: a }, resources: { cpu: '\${n}' } }
  d: { use: no-op, over: [condition] }
  e: { use: no-op, in: { parts: d }, at: { condition: '\${n == 1 ? "x" : "y"}' } }
gates:
  H1: { claim: x, metric: d.parts, at: { condition: '\${n == 1 ? "x" : "y"}' }, op: '>', value: '\${n}' }
`,
    [/^E123 2 `n` must be a whole number/],
  ],
  [
    'a step of another shape',
    `study: a
axes: { draw: { count: 2 } }
steps:
  world: { use: make-world, sede: { world: 0 } }
  base: { use: train-base, in: { rows: world.pretraining }, seed: { base: draw } }
  all: { use: merge-models, over: [], in: { models: base }, quorum: 0.5 }
gates:
  H1: { claim: x, metric: base.loss, at: { draw: 1 }, op: '>', value: 1, on_fail: { skip: [world] } }
report: { sections: [{ title: Log, table: { from: world.sft } }] }
`,
    [/^E111 4 `sede` is no key of a step; did you mean `seed`\?$/],
  ],
  [
    'an unknown step kind',
    `study: a
steps:
  a: { use: nothing }
  b: { use: no-op, in: { parts: a } }
  c: { use: no-op, in: { parts: a.what } }
`,
    [/^E151 3 There is no step kind `nothing`/],
  ],
  [
    'a graph of another shape',
    `study: a
graphs:
  g: { steps: { a: { use: no-op } }, outs: { a: a.out } }
steps:
  x: { use: graph/g }
  y: { use: no-op, in: { parts: x.a } }
`,
    [/^E111 3 `outs` is no key of a graph; did you mean `out`\?$/],
  ],
  [
    'a seed of a use that is not named',
    `study: a
graphs:
  g: { seeds: [s], steps: { a: { use: make-world, seed: { world: s } }, b: { use: no-op, in: { parts: a.sft } } }, out: { a: b.out } }
steps:
  x: { use: graph/g }
  y: { use: no-op, in: { parts: x } }
`,
    [/^E165 5 The graph `g` draws from the seed `s`, and this use does not name it\.$/],
  ],
  [
    'an import that cannot be read',
    'study: a\nimport: [nowhere.yaml]\nsteps:\n  x: { use: graph/elsewhere }\n  y: { use: no-op, in: { parts: x.out } }\n',
    [/^E141 2 There is no file `nowhere.yaml` to import\.$/],
  ],
  [
    'a cycle',
    `study: a
axes: { draw: { count: 2 } }
steps:
  a: { use: no-op, in: { parts: b }, over: [draw] }
  b: { use: no-op, in: { parts: a } }
  c: { use: merge-models, over: [], in: { models: d } }
  d: { use: train-base, in: { rows: e.sft }, seed: { d: draw } }
  e: { use: make-world, seed: { world: 0 } }
  f: { use: no-op, in: { parts: b } }
`,
    [/^E159 4 Steps need each other in a cycle: `a` needs `b` needs `a`\.$/],
  ],
  [
    'a value that fails at some cell',
    `study: a
axes: { draw: { count: 2 } }
steps:
  a: { use: no-op, over: [draw], with: { sleep: '\${1 / draw}' } }
  b: { use: merge-models, over: [], in: { models: c } }
  c: { use: train-base, in: { rows: d.sft }, seed: { c: draw } }
  d: { use: make-world, seed: { world: 0 } }
  e: { use: no-op, over: [], in: { parts: a } }
`,
    [/^E174 4 The expression fails: division by zero\. That is at the cell `a\[draw=0\]`\.$/],
  ],
])('%s causes no other problem', (_, text, expected) => {
  const found = problems(text);
  expect(found).toHaveLength(expected.length);
  for (const [index, pattern] of expected.entries()) expect(found[index]).toMatch(pattern);
});

test('a problem at thousands of cells is told once', () => {
  const text =
    "study: a\naxes: { draw: { count: 3000 } }\nsteps:\n  a: { use: no-op, over: [draw], with: { sleep: '${-draw - 1}' } }\n";
  expect(problems(text)).toEqual([
    'E163 4 `sleep` must be a number from 0; it is `-1`. That is at the cell `a[draw=0]`.',
  ]);
});

test('mistakes in a graph are told once, however often it is used', () => {
  const uses = Array.from({ length: 20 }, (_, index) => `  u${index}: { use: graph/g }\n`).join('');
  expect(
    problems(
      `study: a\ngraphs:\n  g: { steps: { a: { use: no-op, with: { slep: 1 } } }, out: { a: a.out } }\nsteps:\n${uses}`,
    ),
  ).toEqual(['E161 3 `no-op` has no parameter `slep`; did you mean `sleep`?']);
});

test('a graph that nothing uses is checked as far as that goes, and no further', () => {
  const text = `study: a
axes: { condition: [x, y] }
graphs:
  g:
    in: { rows: table, models: weights }
    with: { limit: { type: int } }
    seeds: [s]
    steps:
      few: { use: select-rows, over: [condition], in: { rows: rows }, with: { limit: '\${limit}' } }
      draw: { use: subset-rows, in: { rows: few }, at: { condition: x }, seed: { subset: s } }
      mean: { use: merge-models, over: [], in: { models: models }, quorum: 0.5 }
    out: { rows: draw.rows, model: mean.model }
steps:
  a: { use: no-op, over: [condition] }
`;
  expect(cellNames(plan(text))).toEqual(['a[condition=x]', 'a[condition=y]']);
  expect(warnings(text)).toEqual(['W303 Nothing uses the graph `g`.']);
});
