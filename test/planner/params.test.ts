import { expect, test } from 'vitest';
import { cellNames, cellOf, plan, problems } from './rig.ts';

const study = (params: string, rest = '') => `study: a\nparams: ${params}\nsteps:\n  x: { use: no-op${rest} }\n`;

test.each([
  ['a plain number', '{ n: 3 }', [], { n: 3 }],
  ['a plain list', '{ n: [1, 2] }', [], { n: [1, 2] }],
  ['a declared default', '{ n: { type: float, default: 3 } }', [], { n: 3 }],
  ['an expression over others, in any order', "{ a: '${b * 2}', b: '${c + 1}', c: 1 }", [], { a: 4, b: 2, c: 1 }],
  [
    'a map by size',
    '{ size: smoke, steps: \'${ {"smoke": 12, "full": 20}[size] }\' }',
    ['size=full'],
    { size: 'full', steps: 20 },
  ],
  ['an interpolated text', "{ n: 2, name: 'run-${n}-$${n}' }", [], { n: 2, name: 'run-2-${n}' }],
  ['an int that is set', '{ n: { type: int, default: 3 } }', ['n=-5'], { n: -5 }],
  ['a float that is set', '{ n: { type: float, default: 3 } }', ['n=1e-3'], { n: 0.001 }],
  ['a bool that is set', '{ n: { type: bool, default: true } }', ['n=false'], { n: false }],
  ['a text with an equals sign', '{ n: { type: string, default: a } }', ['n=b=c'], { n: 'b=c' }],
  ['a list that is set by commas', '{ n: { type: list, default: [] } }', ['n=42,137,x'], { n: [42, 137, 'x'] }],
  ['a list that is set as JSON', '{ n: { type: list, default: [] } }', ['n=["a", 1.5, true]'], { n: ['a', 1.5, true] }],
  ['the last of two flags', '{ n: 1 }', ['n=2', 'n=3'], { n: 3 }],
  ['a param without default that is set', '{ n: { type: int } }', ['n=3'], { n: 3 }],
  [
    'a list whose items are all allowed',
    '{ n: { type: list, default: [1, 2], choices: [1, 2, 3], max: 2 } }',
    [],
    { n: [1, 2] },
  ],
])('%s is the value of a param', (_, params, set, values) => {
  expect(plan(study(params), { set }).params).toEqual(values);
});

test.each([
  ['n=3.5', 'a whole number'],
  ['n=3 apples', 'a whole number'],
  ['n=', 'a whole number'],
])('%s is refused where %s is wanted', (flag, noun) => {
  expect(problems(study('{ n: { type: int, default: 1 } }'), { set: [flag] })).toEqual([
    expect.stringContaining(`\`n\` must be ${noun}`),
  ]);
});

test('a default that a flag replaces is not evaluated', () => {
  expect(plan(study("{ a: 0, b: '${1 / a}' }"), { set: ['b=2'] }).params['b']).toBe(2);
  expect(problems(study("{ a: 0, b: '${1 / a}' }"))).toEqual(['E174 2 The expression fails: division by zero.']);
});

test('a default that names itself is a cycle', () => {
  expect(problems(study("{ a: '${a + 1}' }"))).toEqual(['E124 2 Defaults need each other in a cycle: `a` needs `a`.']);
});

test('params reach parameters, seeds, `when`, axes, resources and gates', () => {
  const text = `
study: a
params: { n: 2, on: true }
axes: { draw: { count: '\${n}' }, more: { range: ['\${n}', '\${n + 2}'], step: '\${n}' } }
steps:
  x: { use: no-op, over: [draw], when: on && draw < n, with: { sleep: '\${n}' }, resources: { cpu: '\${n}' } }
  y: { use: make-world, seed: { world: n }, over: [] }
  z: { use: no-op, over: [more] }
gates:
  H1: { claim: x, estimand: { from: x, column: parts, take: mean }, op: '>', value: '\${n / 2}', needs: '\${n}' }
`;
  const made = plan(text, { set: ['n=4'] });
  expect(cellNames(made, 'x')).toHaveLength(4);
  expect(cellOf(made, 'x[draw=0]')).toMatchObject({ with: { sleep: 4 }, resources: { cpu: 4 } });
  expect(cellOf(made, 'y').seeds).toEqual({ world: 4 });
  expect(made.axes['more']).toEqual([4]);
  expect(cellNames(made, 'z')).toEqual(['z[more=4]']);
  expect(cellOf(made, 'gates.H1').with).toMatchObject({ threshold: 2, needs: 4 });
});
