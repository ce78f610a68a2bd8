/** Every corpus against every other: divergence of their words, what it is above its null, and the terms behind it. */
import { type Divergence, largestContributions } from '../../stats/divergence.ts';
import { type DivergenceTest, divergenceTest } from '../../stats/divergence-test.ts';
import { sum } from '../../stats/moments.ts';
import { sumOfSparseRows } from '../../stats/sparse-matrix.ts';
import { type TokenCounts, countTokens } from '../../stats/token-counts.ts';
import type { LabelledText } from './corpus.ts';

/** A corpus as rows of counts that all corpora share. */
export interface CountedCorpus {
  readonly label: string;
  /** Rows of `CountedCorpora.terms`. */
  readonly rows: Int32Array;
  /** Per term. */
  readonly counts: Float64Array;
  /** Terms counted: words, or pairs of them. */
  readonly tokens: number;
}

export interface CountedCorpora {
  readonly terms: TokenCounts;
  readonly corpora: readonly CountedCorpus[];
  /** Question of every row; '' where it has none. */
  readonly questions: readonly string[];
}

/** Counts of words (order 1) or of adjacent pairs of them (2); corpora in the order of their texts. */
export function countCorpora(texts: readonly LabelledText[], order: 1 | 2): CountedCorpora {
  const passages = texts.map(text => text.passages);
  const terms = countTokens(passages, order);
  const labels = [...new Set(texts.map(({ label }) => label))];
  const corpora = labels.map((label): CountedCorpus => {
    const rows = Int32Array.from(texts.keys()).filter(row => texts[row]?.label === label);
    const counts = sumOfSparseRows(terms.counts, rows);
    return { label, rows, counts, tokens: sum(counts) };
  });
  return { terms, corpora, questions: texts.map(({ question }) => question ?? '') };
}

/** Nats; NaN where it is not estimable. */
export interface MeasuredDivergence {
  readonly observed: number;
  /** Mean over shuffles of the labels. */
  readonly null: number;
  readonly excess: number;
  readonly p: number;
}

export interface PairDivergence {
  readonly p: CountedCorpus;
  readonly q: CountedCorpus;
  /** KL(P‖Q). */
  readonly kl: MeasuredDivergence;
  /** The same for (p, q) and (q, p). */
  readonly js: MeasuredDivergence;
}

export interface DivergenceOptions {
  readonly alpha: number;
  /** Whose labels change places under the null: all rows, or those of one question. */
  readonly shuffle: 'all' | 'question';
  readonly draws: number;
  readonly seed: number;
}

/** Both directions of every pair, pair after pair. A corpus without words has no divergence. */
export function* divergences(
  { terms, corpora, questions }: CountedCorpora,
  { shuffle, ...options }: DivergenceOptions,
): Generator<readonly [PairDivergence, PairDivergence]> {
  for (const [index, p] of corpora.entries()) {
    for (const q of corpora.slice(index + 1)) {
      const empty = p.tokens === 0 || q.tokens === 0;
      const compared = { tokens: terms, rowsP: p.rows, rowsQ: q.rows, ...options };
      const strata = shuffle === 'question' ? { strata: questions } : {};
      const test = empty ? undefined : divergenceTest({ ...compared, ...strata });
      const js = measured(test, 'js');
      yield [
        { p, q, kl: measured(test, 'klPQ'), js },
        { p: q, q: p, kl: measured(test, 'klQP'), js },
      ];
    }
  }
}

function measured(test: DivergenceTest | undefined, measure: keyof Divergence): MeasuredDivergence {
  if (test === undefined) return { observed: Number.NaN, null: Number.NaN, excess: Number.NaN, p: Number.NaN };
  const { mean, excess, p } = test.null[measure];
  return { observed: test.observed[measure], null: mean, excess, p };
}

/** The terms that contribute most, by absolute value, to KL(P‖Q), nats; none where one corpus has no words. */
export function largestTerms(
  { terms }: CountedCorpora,
  { p, q, kl }: PairDivergence,
  { alpha, count }: { readonly alpha: number; readonly count: number },
): { readonly term: string; readonly contribution: number }[] {
  if (Number.isNaN(kl.observed)) return [];
  return largestContributions({ p: p.counts, q: q.counts }, alpha, count).map(each => ({
    term: terms.terms[each.term] ?? '',
    contribution: each.contribution,
  }));
}
