import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { friedmanTest } from '../../stats/friedman-test.ts';
import { twoWayAnova } from '../../stats/two-way-anova.ts';
import { pipelineSeeds } from './fixtures/pipeline-seeds.ts';

const blocked = (metric: 'alignment' | 'arc') =>
  pipelineSeeds.map(row => ({ treatment: row.condition, block: row.seed, value: row[metric] }));

test.each([
  ['arc', { f: 5.7866502, p: 0.017289889, blockF: 2.7748713, blockP: 0.12151664 }],
  ['alignment', { f: 1.069, p: 0.432, blockF: 5.949, blockP: 0.026 }],
] as const)('conditions and shared seeds are separated: %s', (metric, { f, p, blockF, blockP }) => {
  const { treatment, block, table } = twoWayAnova(blocked(metric));
  expect(treatment.f / f).toBeCloseTo(1, 3);
  expect(treatment.p / p).toBeCloseTo(1, 2);
  expect(block.f / blockF).toBeCloseTo(1, 3);
  expect(block.p / blockP).toBeCloseTo(1, 1);
  expect(table.map(({ source, df }) => [source, df])).toEqual([
    ['treatment', 4],
    ['block', 2],
    ['residual', 8],
    ['total', 14],
  ]);
});

test.each([
  ['alignment', 0.48296482],
  ['arc', 0.042734567],
] as const)('Friedman over conditions is known: %s', (metric, p) => {
  const result = friedmanTest(blocked(metric));
  expect(result.p).toBeCloseTo(p, 7);
  expect(result).toMatchObject({ n: 3, df: 4 });
});

test('Friedman corrects for ties', () => {
  const columns = [
    [1, 2, 2, 4],
    [2, 2, 5, 1],
    [3, 4, 2, 9],
  ];
  const rows = columns.flatMap((values, treatment) =>
    values.map((value, block) => ({ treatment: `t${treatment}`, block: `b${block}`, value })),
  );
  const result = friedmanTest(rows);
  expect(result.statistic).toBeCloseTo(3, 12);
  expect(result.p).toBeCloseTo(0.22313016014842982, 12);
});

test('full agreement of the blocks has concordance 1, and all ties none', () => {
  const rows = (value: (treatment: number, block: number) => number) =>
    [0, 1, 2].flatMap(treatment =>
      [0, 1].map(block => ({ treatment: `${treatment}`, block: `${block}`, value: value(treatment, block) })),
    );
  expect(friedmanTest(rows((treatment, block) => treatment + 10 * block)).concordance).toBeCloseTo(1, 14);
  expect(friedmanTest(rows(() => 1)).p).toBeNaN();
});

test('two treatments reduce the two-way analysis to a paired t test', () => {
  const [a, b] = [
    [3.1, 2.7, 4.4],
    [2.5, 2.6, 3.1],
  ];
  const rows = [...a.entries()].flatMap(([block, value]) => [
    { treatment: 'a', block: `${block}`, value },
    { treatment: 'b', block: `${block}`, value: b[block]! },
  ]);
  const differences = a.map((value, block) => value - b[block]!);
  const mean = differences.reduce((sum, each) => sum + each, 0) / 3;
  const sd = Math.sqrt(differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 2);
  expect(twoWayAnova(rows).treatment.f).toBeCloseTo((mean / (sd / Math.sqrt(3))) ** 2, 10);
});

test('row order changes nothing, and sums of squares add up', () => {
  const rows = blocked('arc');
  const shuffled = Array.from(randomStream(3, 'rows').permutation(rows.length), index => rows[index]!);
  expect(twoWayAnova(shuffled)).toEqual(twoWayAnova(rows));
  expect(friedmanTest(shuffled)).toEqual(friedmanTest(rows));
  const [treatment, block, residual, total] = twoWayAnova(rows).table.map(source => source.sumOfSquares);
  const values = rows.map(({ value }) => value);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(total).toBeCloseTo(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0),
    12,
  );
  expect(treatment! + block! + residual!).toBeCloseTo(total!, 12);
});

test('a missing and a doubled cell are named, with what to do', () => {
  const rows = blocked('arc');
  expect(() => twoWayAnova(rows.slice(1))).toThrow('tulu_control has no row in block 42; leave that block out');
  expect(() => friedmanTest([...rows, rows[0]!])).toThrow(
    'tulu_control has several rows in block 42; average them first',
  );
});
