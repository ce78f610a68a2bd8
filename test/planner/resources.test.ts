import { expect, test } from 'vitest';
import { ResourceProblem, resourcesOf } from '../../planner/resources.ts';
import { testKinds } from './kinds.ts';
import { cellOf, plan } from './rig.ts';

const noOp = testKinds.get('no-op')!;

test.each([
  ['memory', '4GB', 4e9],
  ['memory', '512 MiB', 512 * 2 ** 20],
  ['memory', '1.5kB', 1500],
  ['memory', 1000, 1000],
  ['time', '90s', 90],
  ['time', '10m', 600],
  ['time', '2h', 7200],
  ['time', '1.5d', 129_600],
  ['cpu', 0.5, 0.5],
  ['cpu', '2', 2],
  ['gpu', 0, 0],
])('%s of %s is a number', (resource, written, amount) => {
  expect(resourcesOf(noOp, new Map([[resource, written]]))).toMatchObject({ [resource]: amount });
});

test.each([
  ['memory', '4 gigabytes'],
  ['memory', '4Gb'],
  ['memory', '-1GB'],
  ['memory', ''],
  ['time', '10 min'],
  ['time', 0],
  ['cpu', '2 cores'],
  ['cpu', true],
  ['gpu', 1.5],
])('%s of %s is refused', (resource, written) => {
  expect(() => resourcesOf(noOp, new Map([[resource, written]]))).toThrow(ResourceProblem);
});

test('a study’s word comes before the kind’s, and the kind’s before the defaults', () => {
  const study = plan(`study: a
axes: { size: [1, 4] }
steps:
  world: { use: make-world, seed: { world: 0 }, resources: { time: 10m } }
  base: { use: train-base, in: { rows: world.pretraining }, seed: { base: size }, resources: { memory: '\${size}GB' } }
`);
  expect(cellOf(study, 'world').resources).toEqual({ cpu: 1, gpu: 0, memory: 1e9, time: 600 });
  expect(cellOf(study, 'base[size=4]').resources).toEqual({ cpu: 2, gpu: 0, memory: 4e9, time: 3600 });
});
