import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { nestedAnova, type NestedRow } from '../../stats/nested-anova.ts';
import { nestedRatioInterval } from '../../stats/nested-ratio-interval.ts';
import { oneWayAnova } from '../../stats/one-way-anova.ts';

/** values[outer][inner] = replicates. */
function rowsOfNested(values: readonly (readonly (readonly number[])[])[]): NestedRow[] {
  return values.flatMap((inner, outer) =>
    inner.flatMap((replicates, index) => replicates.map(value => ({ outer: `o${outer}`, inner: `i${index}`, value }))),
  );
}

test('a balanced hand example has the table worked out on paper', () => {
  // Inner means 2, 4 | 7, 11; outer means 3 | 9; grand mean 6. SS_outer = 4·(9 + 9), SS_inner = 2·(1+1+4+4), SS_rep = 8.
  const result = nestedAnova(
    rowsOfNested([
      [
        [1, 3],
        [3, 5],
      ],
      [
        [6, 8],
        [10, 12],
      ],
    ]),
  );
  expect(result.table.map(({ source, df, sumOfSquares }) => [source, df, sumOfSquares])).toEqual([
    ['outer', 1, 72],
    ['inner', 2, 20],
    ['replicate', 4, 8],
    ['total', 7, 100],
  ]);
  expect(result.table[0]!.f).toBeCloseTo(7.2, 12);
  expect(result.table[1]!.f).toBeCloseTo(5, 12);
  // F(1, 2) = t²: p = 1 − √(f/(f + 2)); F(2, 4): p = (1 + f/2)⁻².
  expect(result.table[0]!.p).toBeCloseTo(1 - Math.sqrt(7.2 / 9.2), 10);
  expect(result.table[1]!.p).toBeCloseTo(3.5 ** -2, 12);
  expect(result.components.outer.raw).toBeCloseTo((72 - 10) / 4, 12);
  expect(result.components.inner.raw).toBeCloseTo((10 - 2) / 2, 12);
  expect(result.components.replicate.raw).toBeCloseTo(2, 12);
  expect(result.innerOverOuter).toBeCloseTo(4 / 15.5, 12);
  expect(result.shares.outer + result.shares.inner + result.shares.replicate).toBeCloseTo(1, 12);
  expect(result.iccOfReplicates.value).toBeCloseTo(4 / 6, 12);
  expect(result.iccOfInnerMeans.value).toBeCloseTo(15.5 / (15.5 + 4 + 1), 12);
  expect(result).toMatchObject({ n: 8, outerGroups: 2, innerGroups: 4, balanced: true, outerErrorDf: 2 });
  expect(result.expected).toEqual({ n: 2, nPrime: 2, m: 4 });
});

test('the test of the outer level is the one-way test of inner means', () => {
  const stream = randomStream(1, 'nested');
  const values = [0, 1, 2].map(() => [0, 1, 2, 3].map(() => [0, 1, 2].map(() => stream.normal())));
  const means = values.flatMap((inner, outer) =>
    inner.map(replicates => ({ group: `${outer}`, value: replicates.reduce((sum, value) => sum + value, 0) / 3 })),
  );
  const nested = nestedAnova(rowsOfNested(values));
  const oneWay = oneWayAnova(means);
  expect(nested.table[0]!.f).toBeCloseTo(oneWay.f, 10);
  expect(nested.table[0]!.p).toBeCloseTo(oneWay.p, 10);
  expect(nested.iccOfInnerMeans.value).toBeCloseTo(oneWay.icc.value, 10);
  expect(nested.iccOfInnerMeans.interval.low).toBeCloseTo(oneWay.icc.interval.low, 10);
});

test('without replicates the outer test stands and the other components are not estimable', () => {
  const result = nestedAnova(
    rowsOfNested([
      [[1], [2], [4]],
      [[5], [9], [6]],
    ]),
  );
  const oneWay = oneWayAnova([1, 2, 4, 5, 9, 6].map((value, index) => ({ group: index < 3 ? 'a' : 'b', value })));
  expect(result.table[0]!.f).toBeCloseTo(oneWay.f, 12);
  expect(result.components.outer.raw).toBeCloseTo(oneWay.components.between.raw, 12);
  expect(result.components.inner.raw).toBeNaN();
  expect(result.components.replicate.raw).toBeNaN();
  expect(nestedRatioInterval({ anova: result, seed: 1 }).low).toBeNaN();
});

test('one outer group leaves the inner level estimable, on as few degrees of freedom as it has', () => {
  // The plan of one condition with three pipelines of three seeds: σ² of pipelines on 2 degrees of freedom.
  const result = nestedAnova(
    rowsOfNested([
      [
        [1, 2, 3],
        [4, 6, 5],
        [2, 3, 2],
      ],
    ]),
  );
  expect(result.table[0]!.f).toBeNaN();
  expect(result.components.outer.raw).toBeNaN();
  expect(result.table[1]!.df).toBe(2);
  expect(result.components.inner.raw).toBeGreaterThan(0);
  expect(result.components.inner.interval.high / result.components.inner.raw).toBeGreaterThan(30);
});

/** E[SS] of each line under given components, exactly: SS is a quadratic form, so E[SS] = Σ Qᵢⱼ Vᵢⱼ. */
function expectedSums(
  rows: readonly NestedRow[],
  components: { readonly outer: number; readonly inner: number; readonly replicate: number },
): readonly number[] {
  const sums = (values: readonly number[]) =>
    nestedAnova(rows.map((row, index) => ({ ...row, value: values[index]! }))).table.map(line => line.sumOfSquares);
  const unit = (...ones: readonly number[]) => rows.map((_, index) => (ones.includes(index) ? 1 : 0));
  const single = rows.map((_, index) => sums(unit(index)));
  const totals = [0, 0, 0];
  rows.forEach((a, i) => {
    rows.forEach((b, j) => {
      const sameInner = a.outer === b.outer && a.inner === b.inner;
      const covariance =
        (a.outer === b.outer ? components.outer : 0) +
        (sameInner ? components.inner : 0) +
        (i === j ? components.replicate : 0);
      if (covariance === 0) return;
      const both =
        i === j
          ? single[i]!.map(value => 2 * value)
          : sums(unit(i, j)).map((value, k) => value - single[i]![k]! - single[j]![k]!);
      for (const line of [0, 1, 2]) totals[line]! += (both[line]! / 2) * covariance;
    });
  });
  return totals;
}

test('in an unequal design, components solve the exact expectations of the mean squares', () => {
  const rows = rowsOfNested([
    [[0, 0, 0], [0]],
    [[0, 0], [0, 0, 0, 0], [0]],
    [
      [0, 0],
      [0, 0, 0],
    ],
  ]);
  const { expected, balanced, table } = nestedAnova(rows.map((row, index) => ({ ...row, value: index ** 2 % 7 })));
  expect(balanced).toBe(false);
  const [outer, inner, replicate] = expectedSums(rows, { outer: 3, inner: 2, replicate: 5 }).map(
    (sum, line) => sum / table[line]!.df,
  );
  expect(replicate).toBeCloseTo(5, 10);
  expect(inner).toBeCloseTo(5 + expected.n * 2, 10);
  expect(outer).toBeCloseTo(5 + expected.nPrime * 2 + expected.m * 3, 10);
});

test('in an unequal design the outer test has Satterthwaite degrees of freedom', () => {
  const stream = randomStream(6, 'unequal');
  const sizes = [
    [3, 1],
    [2, 4, 1],
    [2, 3],
  ];
  const result = nestedAnova(
    rowsOfNested(sizes.map(inner => inner.map(size => Array.from({ length: size }, () => stream.normal())))),
  );
  const weight = result.expected.nPrime / result.expected.n;
  const [msInner, msReplicate] = [result.table[1]!.meanSquare, result.table[2]!.meanSquare];
  const error = weight * msInner + (1 - weight) * msReplicate;
  expect(weight).not.toBeCloseTo(1, 2);
  expect(result.table[0]!.f).toBeCloseTo(result.table[0]!.meanSquare / error, 12);
  expect(result.outerErrorDf).toBeCloseTo(
    error ** 2 /
      ((weight * msInner) ** 2 / result.table[1]!.df + ((1 - weight) * msReplicate) ** 2 / result.table[2]!.df),
    10,
  );
});

test.each([
  [
    'balanced',
    [
      [3, 3, 3],
      [3, 3, 3],
      [3, 3, 3],
      [3, 3, 3],
      [3, 3, 3],
    ],
    0.02,
  ],
  [
    'unequal',
    [
      [2, 3, 1],
      [4, 2],
      [3, 3, 3, 1],
      [2, 2],
      [1, 3, 2],
    ],
    0.035,
  ],
] as const)('components are unbiased within 3 standard errors and intervals cover: %s', (_, sizes, slack) => {
  const truth = { outer: 1, inner: 2, replicate: 0.5 };
  const stream = randomStream(21, 'nested components');
  const runs = 1000;
  const drawn = Array.from({ length: runs }, () => {
    const values = sizes.map(inner => {
      const outer = Math.sqrt(truth.outer) * stream.normal();
      return inner.map(size => {
        const center = outer + Math.sqrt(truth.inner) * stream.normal();
        return Array.from({ length: size }, () => center + Math.sqrt(truth.replicate) * stream.normal());
      });
    });
    return nestedAnova(rowsOfNested(values)).components;
  });
  for (const level of ['outer', 'inner', 'replicate'] as const) {
    const raw = drawn.map(components => components[level].raw);
    const mean = raw.reduce((sum, value) => sum + value, 0) / runs;
    const sd = Math.sqrt(raw.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1));
    expect(Math.abs(mean - truth[level])).toBeLessThan((3 * sd) / Math.sqrt(runs));
    const covered = drawn.filter(
      ({ [level]: { interval } }) => interval.low <= truth[level] && truth[level] <= interval.high,
    );
    expect(Math.abs(covered.length / runs - 0.95)).toBeLessThan(slack + 3 * Math.sqrt((0.95 * 0.05) / runs));
  }
});

test('the interval of the ratio of components covers, and is unbounded where the outer level may be nothing', () => {
  const stream = randomStream(8, 'ratio');
  let covered = 0;
  const runs = 200;
  for (let run = 0; run < runs; run++) {
    const values = Array.from({ length: 8 }, () => {
      const outer = stream.normal();
      return Array.from({ length: 4 }, () => {
        const center = outer + stream.normal();
        return Array.from({ length: 3 }, () => center + stream.normal());
      });
    });
    const interval = nestedRatioInterval({ anova: nestedAnova(rowsOfNested(values)), seed: run, draws: 999 });
    if (interval.low <= 1 && interval.high >= 1) covered += 1;
  }
  // 3 standard errors of .95 over 200 runs are .046; the method is slightly conservative.
  expect(covered / runs).toBeGreaterThan(0.9);

  const noOuter = rowsOfNested([
    [
      [1, 2],
      [5, 6],
    ],
    [
      [1, 3],
      [4, 6],
    ],
  ]);
  expect(nestedRatioInterval({ anova: nestedAnova(noOuter), seed: 1 }).high).toBe(Number.POSITIVE_INFINITY);
});

test('row order changes nothing and equal inner names under two outer groups stay apart', () => {
  const rows = rowsOfNested([
    [
      [1, 2],
      [3, 5],
    ],
    [
      [2, 2],
      [8, 9],
    ],
  ]);
  const shuffled = Array.from(randomStream(2, 'rows').permutation(rows.length), index => rows[index]!);
  expect(nestedAnova(shuffled)).toEqual(nestedAnova(rows));
  expect(nestedAnova(rows).innerGroups).toBe(4);
});
