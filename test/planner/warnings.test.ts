import { expect, test } from 'vitest';
import { warnings } from './rig.ts';

const study = (head: string, step = 'x: { use: no-op }') => `study: a\n${head}steps:\n  ${step}\n`;

test.each([
  ['an axis that no step has', study('axes: { draw: { count: 3 } }\n'), ['W301 No step has the axis `draw`.']],
  ['a param that nothing names', study('params: { n: 3 }\n'), ['W302 Nothing uses the param `n`.']],
  [
    'a graph that nothing uses',
    study('graphs:\n  g: { steps: { a: { use: no-op } }, out: { a: a.out } }\n'),
    ['W303 Nothing uses the graph `g`.'],
  ],
  [
    'a step without a cell',
    study('', "x: { use: no-op, when: 'false' }\n  y: { use: no-op }"),
    ['W304 `x` has no cell: its `when` is false everywhere, or nothing arrives at a required input.'],
  ],
])('%s is warned of', (_, text, expected) => {
  expect(warnings(text)).toEqual(expected);
});

test.each([
  ['an axis in `over`', study('axes: { draw: { count: 3 } }\n', 'x: { use: no-op, over: [draw] }')],
  ['an axis in a seed', study('axes: { draw: { count: 3 } }\n', 'x: { use: make-world, seed: { world: draw } }')],
  ['a param in another param', study("params: { n: 3, m: '${n}' }\n", "x: { use: no-op, with: { sleep: '${m}' } }")],
  [
    'a param in an axis',
    study("params: { n: 3 }\naxes: { draw: { count: '${n}' } }\n", 'x: { use: no-op, over: [draw] }'),
  ],
  [
    'a param that a graph is given',
    study(
      "params: { n: 3 }\ngraphs:\n  g: { with: { k: { type: int } }, steps: { a: { use: no-op, with: { sleep: '${k}' } } }, out: { a: a.out } }\n",
      "x: { use: graph/g, with: { k: '${n}' } }",
    ),
  ],
])('%s is used', (_, text) => {
  expect(warnings(text)).toEqual([]);
});

const optional = (uses: string) => `study: a
graphs:
  g:
    with: { thorough: { type: bool } }
    steps: { a: { use: no-op }, more: { use: no-op, when: thorough } }
    out: { a: a.out }
steps:
${uses}`;

test('a step of a graph is warned of only where no use of the graph has a cell for it', () => {
  const quick = '  quick: { use: graph/g, with: { thorough: false } }\n';
  const thorough = '  thorough: { use: graph/g, with: { thorough: true } }\n';
  expect(warnings(optional(quick + thorough))).toEqual([]);
  expect(warnings(optional(quick + quick.replace('quick', 'again')))).toEqual([
    'W304 `more` has no cell: its `when` is false everywhere, or nothing arrives at a required input.',
  ]);
});
