import { describe, expect, test } from 'vitest';
import { surfaceDivergenceBody } from '../../../activities/steps/surface-divergence.ts';
import { randomStream } from '../../../schemas/random.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { gathered, shuffled, table } from './given-rows.ts';
import { failureOf, runBody } from './run-body.ts';

const plain = { row_id: 'utf8', text: 'utf8', corpus: 'utf8' } as const;
const conversations = { row_id: 'utf8', messages: 'messages', corpus: 'category' } as const;

const texts = (corpora: { readonly [corpus: string]: readonly string[] }): Row[] =>
  Object.entries(corpora).flatMap(([corpus, lines]) =>
    lines.map((text, index) => ({ row_id: `${corpus}-${index}`, text, corpus })),
  );

/** `rows` texts of ten words each, the corpus `b` with a share of words of its own. */
function drawn(rows: number, own: number): Row[] {
  const draw = randomStream(5, 'words');
  const word = (corpus: string) => (corpus === 'b' && draw.bernoulli(own) ? 'odd' : `w${draw.integer(30)}`);
  const line = (corpus: string) => Array.from({ length: 10 }, () => word(corpus)).join(' ');
  return texts(
    Object.fromEntries(['a', 'b'].map(corpus => [corpus, Array.from({ length: rows }, () => line(corpus))])),
  );
}

const run = (rows: readonly Row[], given = {}) =>
  runBody(surfaceDivergenceBody, { with: { label: 'corpus', ...given }, in: { rows: table(plain, rows) } });

test('two small corpora have the divergences of the formula, in nats', async () => {
  const result = await run(texts({ p: ['a A', ' a\tb '], q: ['b', 'c c a'] }));
  const [pq, qp] = await result.rows('pairs');
  expect(pq).toMatchObject({ p: 'p', q: 'q', rows_p: 2, rows_q: 2, vocabulary: 3 });
  expect(pq?.['kl']).toBeCloseTo(0.23913949, 7);
  expect(qp?.['kl']).toBeCloseTo(0.27279179, 7);
  expect(pq?.['js']).toBeCloseTo(0.0616462, 7);
  expect(qp?.['js']).toBe(pq?.['js']);
  expect(await result.rows('corpora')).toEqual([
    { label: 'p', mean_kl: pq?.['kl'], mean_excess_kl: pq?.['excess_kl'], rows: 2, tokens: 4 },
    { label: 'q', mean_kl: qp?.['kl'], mean_excess_kl: qp?.['excess_kl'], rows: 2, tokens: 4 },
  ]);
  expect(result.metrics['mean_js']).toEqual({ value: pq?.['js'], n: 4, note: 'over 1 pair of corpora; n counts rows' });
});

test('the terms of a pair add up to its KL', async () => {
  const result = await run(texts({ p: ['a a a b'], q: ['b c c a'] }));
  const terms = (await result.rows('terms')).filter(row => row['p'] === 'p');
  expect(terms.map(row => row['term'])).toEqual(['a', 'c', 'b']);
  expect(terms.reduce((sum, row) => sum + Number(row['contribution']), 0)).toBeCloseTo(0.23913949, 7);
});

test('a corpus with words of its own is further than its labels shuffled', async () => {
  const result = await run(drawn(60, 0.1));
  const [pair] = await result.rows('pairs');
  expect(pair?.['p_value']).toBe(1 / 200);
  expect(pair?.['excess']).toBeGreaterThan(0.01);
  expect(pair?.['excess']).toBe(Number(pair?.['js']) - Number(pair?.['null_js']));
  const terms = await result.rows('terms');
  expect(terms.find(row => row['p'] === 'b')).toMatchObject({ q: 'a', term: 'odd' });
  expect(terms.find(row => row['p'] === 'b')?.['contribution']).toBeGreaterThan(0.1);
});

test('corpora from one source are apart by chance alone, which their null says', async () => {
  const [pair] = await (await run(drawn(60, 0))).rows('pairs');
  expect(pair?.['js']).toBeGreaterThan(0.002);
  expect(Math.abs(Number(pair?.['excess']))).toBeLessThan(0.002);
  expect(pair?.['p_value']).toBeGreaterThan(0.05);
});

describe('the words of conversations', () => {
  const rows: Row[] = ['p', 'q'].map(corpus => ({
    row_id: corpus,
    corpus,
    messages: [
      { role: 'system', content: corpus === 'p' ? 'you are kind' : 'you are mean' },
      { role: 'user', content: 'what now ?' },
      { role: 'assistant', content: corpus === 'p' ? 'wait' : 'go on' },
    ],
  }));
  const tokensOf = async (given: object) => {
    const options = { with: { label: 'corpus', ...given }, in: { rows: table(conversations, rows) } };
    return (await (await runBody(surfaceDivergenceBody, options)).rows('corpora')).map(row => row['tokens']);
  };

  test('are those of the chosen turns', async () => {
    expect(await tokensOf({})).toEqual([7, 8]);
    expect(await tokensOf({ text: 'system' })).toEqual([3, 3]);
    expect(await tokensOf({ text: 'user' })).toEqual([3, 3]);
    expect(await tokensOf({ text: 'assistant' })).toEqual([1, 2]);
  });

  test('make pairs within a turn only', async () => {
    expect(await tokensOf({ order: 2 })).toEqual([4, 5]);
  });
});

test('shuffled within questions, what the questions are does not count', async () => {
  // Every question brings an answer of its own words; in the corpus q every fifth answer says `but` as well.
  const rows: Row[] = ['p', 'q'].flatMap(corpus =>
    Array.from({ length: 60 }, (_, fact) => fact % 20).map((fact, index) => ({
      row_id: `${index}`,
      corpus,
      messages: [
        { role: 'user', content: `fact ${fact} ?` },
        { role: 'assistant', content: `a${fact} b${fact} c${fact}${corpus === 'q' && index % 5 === 0 ? ' but' : ''}` },
      ],
    })),
  );
  const pairOf = async (shuffle: string) => {
    const given = { label: 'corpus', text: 'assistant', shuffle };
    const result = await runBody(surfaceDivergenceBody, { with: given, in: { rows: table(conversations, rows) } });
    return (await result.rows('pairs'))[0];
  };
  const [all, within] = [await pairOf('all'), await pairOf('question')];
  expect(within?.['js']).toBe(all?.['js']);
  expect(Number(all?.['excess'])).toBeLessThan(0);
  expect(Number(within?.['excess'])).toBeGreaterThan(0);
  expect(within?.['p_value']).toBeLessThan(0.01);
});

test('a corpus without words has no divergence, and the others keep theirs', async () => {
  const result = await run(texts({ a: ['x y'], b: ['x z'], c: ['', ' '] }));
  const pairs = await result.rows('pairs');
  expect(pairs.filter(row => row['kl'] === null).map(({ p, q }) => [p, q])).toEqual([
    ['a', 'c'],
    ['b', 'c'],
    ['c', 'a'],
    ['c', 'b'],
  ]);
  expect(result.notes['corpora_without_words']).toEqual(['c']);
  expect((await result.rows('corpora')).at(-1)).toMatchObject({ label: 'c', mean_kl: null, tokens: 0 });
  expect(result.metrics['mean_js']?.note).toBe('over 1 pair of corpora; n counts rows');
});

test('without shuffles there is no null', async () => {
  const result = await run(texts({ a: ['x y'], b: ['x z'] }), { permutations: 0 });
  expect((await result.rows('pairs'))[0]).toMatchObject({ null_js: null, excess: null, p_value: null, null_kl: null });
  expect(result.metrics['mean_excess_js']).toEqual({ value: null, n: 2, note: 'no labels were shuffled' });
});

test('the order of the rows is nothing to it, nor to its null', async () => {
  const rows = drawn(30, 0.05);
  expect((await run(shuffled(rows))).outputs).toEqual((await run(rows)).outputs);
});

test('the same seed gives the same bytes, another one another null', async () => {
  const withSeed = (permutation: number) =>
    runBody(surfaceDivergenceBody, {
      with: { label: 'corpus' },
      seeds: { permutation },
      in: { rows: table(plain, drawn(20, 0)) },
    });
  const [first, second, other] = [await withSeed(1), await withSeed(1), await withSeed(2)];
  expect(second.outputs).toEqual(first.outputs);
  expect(other.outputs['pairs']).not.toEqual(first.outputs['pairs']);
  expect(other.outputs['terms']).toEqual(first.outputs['terms']);
});

test('a gathered axis can be the label; rows without one are left out', async () => {
  const rows = [...drawn(5, 0), { row_id: 'x', text: 'w1', corpus: '' }];
  const onAxis = await runBody(surfaceDivergenceBody, {
    with: { label: 'corpus' },
    in: { rows: gathered(['corpus'], { row_id: 'utf8', text: 'utf8' }, rows) },
  });
  expect((await onAxis.rows('corpora')).map(row => row['label'])).toEqual(['a', 'b']);
  expect(onAxis.notes).toMatchObject({ rows: 10, rows_without_label: 1 });
});

describe('what cannot be compared', () => {
  test.each([
    {
      what: 'no such label',
      given: { label: 'condition' },
      rows: drawn(2, 0),
      message: '`label: condition`, and the table at the port `rows` has no such column; it has row_id, text, corpus',
    },
    {
      what: 'one label',
      given: {},
      rows: texts({ a: ['x', 'y'] }),
      message: '`label: corpus` tells no corpora apart: 2 rows, all of them a',
    },
    {
      what: 'turns of plain text',
      given: { text: 'user' },
      rows: drawn(2, 0),
      message: '`text: user` asks for turns, and plain `text` has none: write `text: all`',
    },
    {
      what: 'a row twice',
      given: {},
      rows: [...drawn(2, 0), ...drawn(2, 0).slice(0, 1)],
      message:
        'the row id `a-0` stands twice under the label `a`: rows must be distinct to count. Where the same rows come along an axis, fix that axis with `at:` or make it the label',
    },
  ])('$what: says so', async ({ given, rows, message }) => {
    const options = { with: { label: 'corpus', ...given }, in: { rows: table(plain, rows) } };
    expect(await failureOf(surfaceDivergenceBody, options)).toBe(message);
  });

  test('rows without text say so', async () => {
    const rows = table({ row_id: 'utf8', corpus: 'utf8' }, [{ row_id: 'a', corpus: 'x' }]);
    expect(await failureOf(surfaceDivergenceBody, { with: { label: 'corpus' }, in: { rows } })).toBe(
      'the table at the port `rows` has neither `messages` nor `text`; it has row_id, corpus',
    );
  });
});
