/** Are two corpora further apart than one corpus cut in two at random? */
import { randomStream, type RandomStream } from '../schemas/random.ts';
import { conditionalDivergence, type CountPair, type Divergence, divergence } from './divergence.ts';
import { groupBy } from './grouped-values.ts';
import { mean, standardDeviation, sum } from './moments.ts';
import { permutationP, reaches } from './permutation-p.ts';
import { sortedQuantile } from './quantile.ts';
import { sumOfSparseRows } from './sparse-matrix.ts';
import type { TokenCounts } from './token-counts.ts';
import { UnsuitableDataError } from './unsuitable-data-error.ts';

export interface DivergenceNull {
  readonly mean: number;
  readonly sd: number;
  readonly quantile05: number;
  readonly median: number;
  readonly quantile95: number;
  /** Observed minus the mean of the null: the divergence without its upward bias; may be negative. */
  readonly excess: number;
  /** P(divergence of shuffled labels ≥ observed), (b + 1)/(B + 1). */
  readonly p: number;
}

/** Nats; the units are documents. P is the first corpus. */
export interface DivergenceTest {
  readonly observed: Divergence;
  readonly null: { readonly [measure in keyof Divergence]: DivergenceNull };
  readonly documentsP: number;
  readonly documentsQ: number;
  readonly tokensP: number;
  readonly tokensQ: number;
  /** |V|: terms of the shared vocabulary. */
  readonly terms: number;
  readonly draws: number;
}

/**
 * Divergence of two sets of documents, over the vocabulary of all documents in `tokens`, with its label-shuffle null: documents keep their texts, and which of them are P
 * is drawn again with the same sizes. With `strata` (a question asked in both corpora) labels are shuffled within each,
 * so that what the questions are does not count.
 *
 * @param options.rate `joint`: distribution of terms; `conditional`: of continuations given histories (order 2)
 */
export function divergenceTest(options: {
  readonly tokens: TokenCounts;
  /** Rows of `tokens.counts` in each corpus. */
  readonly rowsP: Int32Array;
  readonly rowsQ: Int32Array;
  /** Stratum of every row of `tokens.counts`. */
  readonly strata?: readonly string[];
  readonly rate?: 'joint' | 'conditional';
  readonly alpha?: number;
  readonly draws?: number;
  readonly seed: number;
}): DivergenceTest {
  const { tokens, rowsP, rowsQ, strata, rate = 'joint', alpha = 1, draws = 999, seed } = options;
  const all = disjointRows(rowsP, rowsQ);
  const pooled = sumOfSparseRows(tokens.counts, all);
  const { histories, vocabulary } = tokens;
  const countsOf = (rows: ArrayLike<number>): CountPair => {
    const p = sumOfSparseRows(tokens.counts, rows);
    return { p, q: pooled.map((total, term) => total - (p[term] ?? Number.NaN)) };
  };
  const measure = (counts: CountPair) =>
    rate === 'joint' ? divergence(counts, alpha) : conditionalDivergence({ counts, histories, vocabulary, alpha });

  const counts = countsOf(rowsP);
  const observed = measure(counts);
  const stream = randomStream(seed, 'divergence-test');
  const blocks = shuffleBlocks(all, new Set(rowsP), strata);
  const shuffled = Array.from({ length: draws }, () => measure(countsOf(drawLabels(blocks, stream))));
  const nullOf = (name: keyof Divergence) =>
    describeNull(
      shuffled.map(each => each[name]),
      observed[name],
    );
  return {
    observed,
    null: { klPQ: nullOf('klPQ'), klQP: nullOf('klQP'), js: nullOf('js') },
    documentsP: rowsP.length,
    documentsQ: rowsQ.length,
    tokensP: sum(counts.p),
    tokensQ: sum(counts.q),
    terms: tokens.terms.length,
    draws,
  };
}

/** All rows, ascending. */
function disjointRows(rowsP: Int32Array, rowsQ: Int32Array): Int32Array {
  const all = Int32Array.from([...rowsP, ...rowsQ]).sort();
  if (rowsP.length === 0 || rowsQ.length === 0) {
    throw new UnsuitableDataError(
      'too-few',
      `a divergence needs documents in both corpora, found ${rowsP.length} and ${rowsQ.length}; check the label`,
    );
  }
  if (new Set(all).size < all.length) throw new RangeError('internal: a document is in both corpora');
  return all;
}

/** Rows whose labels are exchangeable, and how many of them are P's. */
interface ShuffleBlock {
  readonly rows: readonly number[];
  readonly inP: number;
}

function shuffleBlocks(all: Int32Array, inP: ReadonlySet<number>, strata?: readonly string[]): ShuffleBlock[] {
  const groups = groupBy([...all], row => strata?.[row] ?? '');
  return [...groups.values()].map(rows => ({ rows, inP: rows.filter(row => inP.has(row)).length }));
}

/** Rows of a random P. */
function drawLabels(blocks: readonly ShuffleBlock[], stream: RandomStream): number[] {
  return blocks.flatMap(({ rows, inP }) =>
    Array.from(stream.permutation(rows.length).subarray(0, inP), index => rows[index] ?? -1),
  );
}

function describeNull(drawn: readonly number[], observed: number): DivergenceNull {
  const sorted = Float64Array.from(drawn).sort();
  const center = mean(sorted);
  return {
    mean: center,
    sd: standardDeviation(sorted),
    quantile05: sortedQuantile(sorted, 0.05),
    median: sortedQuantile(sorted, 0.5),
    quantile95: sortedQuantile(sorted, 0.95),
    excess: observed - center,
    p: permutationP(sorted.filter(each => reaches(each, observed)).length, sorted.length),
  };
}
