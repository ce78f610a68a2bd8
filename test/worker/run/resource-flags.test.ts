import { expect, test } from 'vitest';
import { UsageError } from '../../../worker/cli/exit-codes.ts';
import { withResources } from '../../../worker/run/resource-flags.ts';
import { planOf } from '../../activities/rig.ts';

const plan = planOf(`
study: rooms
axes: { i: { count: 2 } }
graphs:
  pair:
    seeds: [draw]
    steps:
      world: { use: make-world, seed: { world: draw, pretraining: 1 } }
    out: { rows: world.pretraining }
steps:
  main: { use: graph/pair, seed: { draw: i } }
  light: { use: no-op, in: { parts: main.rows } }
`);

const asked = (...flags: string[]) =>
  withResources(
    plan,
    plan.cellList.filter(({ at }) => at['i'] === 1),
    flags,
  ).cellList.map(({ step, at, resources }) => {
    const { cpu, gpu, memory, time } = resources;
    return `${step} ${String(at['i'])}: ${cpu} ${gpu} ${memory} ${time}`;
  });
const asPlanned = asked();

test('what is said replaces what was planned, of heavy cells that run again alone; the rest stays', () => {
  const [first, second, ...others] = asPlanned;
  expect(second).toMatch(/^main\.world 1: 1 0 /);
  expect(asked('cpu=2,memory=8GB,time=2h,gpu=1')).toEqual([first, 'main.world 1: 2 1 8000000000 7200', ...others]);
  expect(asked('main.world:memory=4GiB')[1]).toContain(' 4294967296 ');
  expect(asked('main:cpu=3')[1]).toContain('1: 3 0');
  expect(asked('cpu=2', 'main.world:cpu=5')[1]).toContain('1: 5 0');
});

test('keys stay', () => {
  const { cellList } = withResources(plan, plan.cellList, ['cpu=2']);
  expect(cellList.map(({ key }) => key)).toEqual(plan.cellList.map(({ key }) => key));
});

test.each([
  ['cpu', /`cpu` is no `name=value`|must be a number/],
  ['cpu=0', /`cpu` must be a number above 0/],
  ['memory=8XB', /alone or with a unit/],
  ['gpu=0.5', /whole numbers/],
  ['memroy=8GB', /did you mean `memory`\?/],
  ['min:cpu=2', /no step `min`/],
  ['light:cpu=2', /is light/],
])('%s is refused, with what is wrong', (flag, message) => {
  expect(() => asked(flag)).toThrow(UsageError);
  expect(() => asked(flag)).toThrow(message);
});

test('a step of which nothing runs again is refused', () => {
  expect(() => withResources(plan, [], ['main:cpu=2'])).toThrow('no cell of `main` is run again');
});
