import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { conditionalDivergence, type CountPair, divergence, largestContributions } from '../../stats/divergence.ts';
import { divergenceTest } from '../../stats/divergence-test.ts';
import { countTokens, wordTokens } from '../../stats/token-counts.ts';
import { pairCounts, tokenCounts } from './fixtures/term-counts.ts';
import { uniformityP } from './uniformity.ts';

const pair = (p: readonly number[], q: readonly number[]): CountPair => ({
  p: Float64Array.from(p),
  q: Float64Array.from(q),
});

test('the toy counts give the known divergences', () => {
  const result = divergence(pair([3, 1, 0], [1, 1, 2]), 1);
  expect(result.klPQ).toBeCloseTo(0.23913949, 8);
  expect(result.klQP).toBeCloseTo(0.27279179, 8);
  expect(result.js).toBeCloseTo(0.0616462, 7);
});

test.each([
  ['single tokens', tokenCounts, [0.16190992, 0.15751556, 0.038554413], [1813, 3561, 3885]],
  ['adjacent pairs', pairCounts, [0.20846196, 0.20444039, 0.050269483], [3748, 3149, 3497]],
] as const)(
  'two real corpora have the known divergences: %s',
  (_, histogram, [klPQ, klQP, js], [terms, totalP, totalQ]) => {
    const p = histogram.flatMap(([count, , times]) => Array<number>(times).fill(count));
    const q = histogram.flatMap(([, count, times]) => Array<number>(times).fill(count));
    expect([p.length, p.reduce((a, b) => a + b), q.reduce((a, b) => a + b)]).toEqual([terms, totalP, totalQ]);
    const result = divergence(pair(p, q), 1);
    expect(result.klPQ / klPQ).toBeCloseTo(1, 7);
    expect(result.klQP / klQP).toBeCloseTo(1, 7);
    expect(result.js / js).toBeCloseTo(1, 7);
  },
);

test('equal corpora are at 0, disjoint ones at ln 2 as smoothing goes, and infinitely far without it', () => {
  expect(divergence(pair([5, 2, 1], [5, 2, 1]), 0.5)).toEqual({ klPQ: 0, klQP: 0, js: 0 });
  expect(divergence(pair([5, 2, 0, 0], [0, 0, 1, 6]), 1e-12).js).toBeCloseTo(Math.LN2, 9);
  expect(divergence(pair([5, 0], [0, 5]), 0)).toEqual({
    klPQ: Number.POSITIVE_INFINITY,
    klQP: Number.POSITIVE_INFINITY,
    js: expect.closeTo(Math.LN2, 14),
  });
});

const counts = fc
  .array(fc.integer({ min: 0, max: 30 }), { minLength: 6, maxLength: 6 })
  .filter(each => each.some(Boolean));

test('JS is symmetric, within 0 and ln 2, and its root obeys the triangle inequality', () => {
  fc.assert(
    fc.property(counts, counts, counts, fc.constantFrom(0.01, 0.1, 1), (a, b, c, alpha) => {
      const js = (p: readonly number[], q: readonly number[]) => divergence(pair(p, q), alpha).js;
      expect(js(a, b)).toBeCloseTo(js(b, a), 12);
      expect(js(a, b)).toBeGreaterThanOrEqual(0);
      expect(js(a, b)).toBeLessThanOrEqual(Math.LN2);
      expect(Math.sqrt(js(a, c))).toBeLessThanOrEqual(Math.sqrt(js(a, b)) + Math.sqrt(js(b, c)) + 1e-9);
    }),
    { seed: 7 },
  );
});

test('the contributions of the terms sum to the divergence and are sorted by size', () => {
  const given = pair([3, 1, 0, 9], [1, 1, 2, 0]);
  const all = largestContributions(given, 1, 4);
  expect(all.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(divergence(given, 1).klPQ, 12);
  expect(all[0]).toMatchObject({ term: 3 });
  expect(all[0]!.contribution).toBeGreaterThan(0);
  expect(largestContributions(given, 1, 2)).toEqual(all.slice(0, 2));
});

/** The conditional rate from full tables of continuations, straight from its definition. */
function bruteConditional(p: readonly (readonly number[])[], q: readonly (readonly number[])[], alpha: number) {
  const total = (rows: readonly (readonly number[])[]) => rows.flat().reduce((a, b) => a + b);
  let [klPQ, klQP, js] = [0, 0, 0];
  p.forEach((rowP, h) => {
    const rowQ = q[h]!;
    const sum = (row: readonly number[]) => row.reduce((a, b) => a + b);
    const [shareP, shareQ] = [sum(rowP) / total(p), sum(rowQ) / total(q)];
    rowP.forEach((count, w) => {
      const a = (count + alpha) / (sum(rowP) + alpha * rowP.length);
      const b = (rowQ[w]! + alpha) / (sum(rowQ) + alpha * rowQ.length);
      const m = (shareP * a + shareQ * b) / (shareP + shareQ);
      klPQ += shareP * a * Math.log(a / b);
      klQP += shareQ * b * Math.log(b / a);
      js += 0.5 * (shareP * a * Math.log(a / m) + shareQ * b * Math.log(b / m));
    });
  });
  return { klPQ, klQP, js };
}

test('the conditional rate over pairs seen equals the one over all continuations', () => {
  const p = [
    [3, 0, 1],
    [0, 0, 0],
    [2, 2, 0],
  ];
  const q = [
    [1, 0, 1],
    [0, 4, 0],
    [0, 0, 3],
  ];
  const seen = p.flatMap((row, h) =>
    row.flatMap((count, w) => (count + q[h]![w]! > 0 ? [{ h, count, other: q[h]![w]! }] : [])),
  );
  const result = conditionalDivergence({
    counts: pair(
      seen.map(({ count }) => count),
      seen.map(({ other }) => other),
    ),
    histories: Int32Array.from(seen, ({ h }) => h),
    vocabulary: 3,
    alpha: 0.7,
  });
  const expected = bruteConditional(p, q, 0.7);
  for (const measure of ['klPQ', 'klQP', 'js'] as const) expect(result[measure]).toBeCloseTo(expected[measure], 12);
});

test('without smoothing, the divergence of pairs is that of histories plus the conditional rate', () => {
  const p = [4, 2, 1, 6];
  const q = [1, 3, 5, 2];
  const histories = Int32Array.of(0, 0, 1, 1);
  const joint = divergence(pair(p, q), 0);
  const marginal = divergence(pair([6, 7], [4, 7]), 0);
  const rate = conditionalDivergence({ counts: pair(p, q), histories, vocabulary: 2, alpha: 0 });
  for (const measure of ['klPQ', 'klQP', 'js'] as const) {
    expect(rate[measure]).toBeCloseTo(joint[measure] - marginal[measure], 12);
  }
});

test('words are lower-case runs of letters and digits, and pairs stay within a passage', () => {
  expect(wordTokens('The cat, the CAT-9!')).toEqual(['the', 'cat', 'the', 'cat', '9']);
  const documents = [[['a', 'b', 'a'], ['b']], [['b', 'a', 'b', 'a']]];
  const single = countTokens(documents, 1);
  expect(single.terms).toEqual(['a', 'b']);
  expect([...single.counts.values]).toEqual([2, 2, 2, 2]);
  const pairs = countTokens(documents, 2);
  expect(pairs.terms).toEqual(['a b', 'b a']);
  expect([...pairs.histories]).toEqual([0, 1]);
  expect(pairs.vocabulary).toBe(2);
  expect([...pairs.counts.values]).toEqual([1, 1, 1, 2]);
});

test('columns do not depend on the order of the documents', () => {
  const documents = [[['x', 'y']], [['b', 'x', 'b']], [['a']]];
  for (const order of [1, 2] as const) {
    const forward = countTokens(documents, order);
    const backward = countTokens(documents.toReversed(), order);
    expect(backward.terms).toEqual(forward.terms);
    expect([...backward.histories]).toEqual([...forward.histories]);
  }
});

/** Documents of eight words from a vocabulary of forty, with a share of the mass shifted to the first ten. */
function randomDocuments(count: number, shift: number, seed: number): string[][][] {
  const stream = randomStream(seed, 'documents');
  const word = () => `w${stream.bernoulli(shift) ? stream.integer(10) : stream.integer(40)}`;
  return Array.from({ length: count }, () => [Array.from({ length: 8 }, word)]);
}

function testOf(
  documents: string[][][],
  size: number,
  options: { order?: 1 | 2; draws: number; seed: number; strata?: string[] },
) {
  const { order = 1, ...rest } = options;
  const rows = Int32Array.from(documents.keys());
  return divergenceTest({
    tokens: countTokens(documents, order),
    rowsP: rows.slice(0, size),
    rowsQ: rows.slice(size),
    ...rest,
  });
}

test('a shifted corpus is told from chance, and the null takes the bias off', () => {
  const documents = [...randomDocuments(60, 0, 1), ...randomDocuments(60, 0.4, 2)];
  const result = testOf(documents, 60, { draws: 199, seed: 1 });
  expect(result.null.js.p).toBe(1 / 200);
  expect(result).toMatchObject({ documentsP: 60, documentsQ: 60, tokensP: 480, tokensQ: 480, terms: 40, draws: 199 });
  const same = testOf([...randomDocuments(60, 0, 3), ...randomDocuments(60, 0, 4)], 60, { draws: 199, seed: 1 });
  expect(same.observed.js).toBeGreaterThan(0.01);
  expect(Math.abs(same.null.js.excess)).toBeLessThan(3 * same.null.js.sd);
  expect(result.null.js.excess).toBeGreaterThan(5 * same.null.js.sd);
  // Plug-in bias (|V| − 1)/(2N) per corpus, so about twice that for two of them.
  expect(same.null.klPQ.mean / ((2 * 39) / (2 * 480))).toBeGreaterThan(0.6);
  expect(same.null.klPQ.mean / ((2 * 39) / (2 * 480))).toBeLessThan(1.2);
});

test('p values are uniform for corpora of one source, for tokens and for conditional rates', () => {
  for (const order of [1, 2] as const) {
    const values = Array.from({ length: 150 }, (_, run) => {
      const documents = randomDocuments(20, 0, 100 + run);
      const rows = Int32Array.from(documents.keys());
      const tokens = countTokens(documents, order);
      const rate = order === 1 ? 'joint' : 'conditional';
      return divergenceTest({ tokens, rowsP: rows.slice(0, 8), rowsQ: rows.slice(8), rate, draws: 99, seed: run }).null
        .js.p;
    });
    expect(uniformityP(values)).toBeGreaterThan(0.01);
  }
});

test('shuffling within strata keeps what the strata say out of the comparison', () => {
  // Each question is asked in both corpora with the same words, but P has more of the first question.
  const documents = [
    ...Array<number>(12).fill(0),
    ...Array<number>(4).fill(1),
    ...Array<number>(4).fill(0),
    ...Array<number>(12).fill(1),
  ].map(question => [[question === 0 ? 'north' : 'south', 'and', question === 0 ? 'up' : 'down']]);
  const strata = documents.map(([words]) => words![0]!);
  const plain = testOf(documents, 16, { draws: 199, seed: 1 });
  const stratified = testOf(documents, 16, { draws: 199, seed: 1, strata });
  expect(plain.null.js.p).toBeLessThan(0.05);
  expect(stratified.null.js.p).toBe(1);
});

test('an empty corpus and a document in both are refused', () => {
  const tokens = countTokens([[['a']], [['b']]], 1);
  const attempt = (rowsP: readonly number[], rowsQ: readonly number[]) => () =>
    divergenceTest({ tokens, rowsP: Int32Array.from(rowsP), rowsQ: Int32Array.from(rowsQ), draws: 9, seed: 1 });
  expect(attempt([], [0, 1])).toThrow('needs documents in both corpora, found 0 and 2');
  expect(attempt([0], [0, 1])).toThrow('internal: a document is in both corpora');
});
