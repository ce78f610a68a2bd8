/** Kullback–Leibler and Jensen–Shannon divergence of two count distributions, in nats. */
import { sum } from './moments.ts';

/** P is the first corpus. Each is ≥ 0; js ≤ ln 2. */
export interface Divergence {
  /** Σ p ln(p/q). */
  readonly klPQ: number;
  readonly klQP: number;
  /** ½ KL(P‖M) + ½ KL(Q‖M) with M = (P + Q)/2: symmetric; its root is a metric. */
  readonly js: number;
}

/** Counts of both corpora over one vocabulary: the union over all corpora that are to be compared with each other. */
export interface CountPair {
  readonly p: Float64Array;
  readonly q: Float64Array;
}

/**
 * Divergence of the distributions p̂(w) = (c_w + α)/(N + α|V|), |V| = the terms given. α = 0 is allowed: KL is then ∞
 * where a term occurs in one corpus alone. The plug-in estimate is biased upward by about
 * (|V| − 1)/(2N) even for equal corpora: compare it with the null of `divergenceTest`. NaN of an empty corpus at α = 0.
 */
export function divergence(counts: CountPair, alpha: number): Divergence {
  const terms = counts.p.length;
  const { totalP, totalQ } = totalsOf(counts);
  const [scaleP, scaleQ] = [totalP + alpha * terms, totalQ + alpha * terms];
  let [klPQ, klQP, js] = [0, 0, 0];
  for (let term = 0; term < terms; term++) {
    const p = ((counts.p[term] ?? Number.NaN) + alpha) / scaleP;
    const q = ((counts.q[term] ?? Number.NaN) + alpha) / scaleQ;
    const middle = (p + q) / 2;
    klPQ += relative(p, q);
    klQP += relative(q, p);
    js += (relative(p, middle) + relative(q, middle)) / 2;
  }
  return atLeastZero({ klPQ, klQP, js });
}

/**
 * Divergence of what follows what: Σ_h p(h) Σ_w p(w|h) ln(p(w|h)/q(w|h)) over pairs (h, w), with each history's row
 * smoothed by its own α|V| and p(h) the history's share of the pairs. js is the conditional part of the pairs' JS:
 * ½ Σ p(h) KL(p_h‖m_h) + ½ Σ q(h) KL(q_h‖m_h) with m_h = (p(h)p_h + q(h)q_h)/(p(h) + q(h)).
 *
 * @param options.histories the history of every term, as `countTokens` of order 2 gives it
 * @param options.vocabulary |V|: possible continuations of a history
 */
export function conditionalDivergence(options: {
  readonly counts: CountPair;
  readonly histories: Int32Array;
  readonly vocabulary: number;
  readonly alpha: number;
}): Divergence {
  const { counts, histories, vocabulary, alpha } = options;
  const rows = historyTotals(counts, histories);
  const { totalP, totalQ } = totalsOf(counts);
  const total = { klPQ: 0, klQP: 0, js: 0 };
  const add = (history: number, countP: number, countQ: number, times: number) => {
    const [rowP, rowQ] = [rows.p[history] ?? Number.NaN, rows.q[history] ?? Number.NaN];
    if (rowP + rowQ === 0) return;
    const [shareP, shareQ] = [rowP / totalP, rowQ / totalQ];
    const p = (countP + alpha) / (rowP + alpha * vocabulary);
    const q = (countQ + alpha) / (rowQ + alpha * vocabulary);
    const middle = (shareP * p + shareQ * q) / (shareP + shareQ);
    if (shareP > 0) total.klPQ += times * shareP * relative(p, q);
    if (shareQ > 0) total.klQP += times * shareQ * relative(q, p);
    total.js += (times * (shareP * relative(p, middle) + shareQ * relative(q, middle))) / 2;
  };
  for (let term = 0; term < histories.length; term++) {
    add(histories[term] ?? -1, counts.p[term] ?? Number.NaN, counts.q[term] ?? Number.NaN, 1);
  }
  // Continuations that no corpus has after a history all have the same smoothed probability.
  rows.continuations.forEach((seen, history) => {
    if (alpha > 0) add(history, 0, 0, vocabulary - seen);
  });
  return atLeastZero(total);
}

export interface TermContribution {
  /** Index of the term. */
  readonly term: number;
  /** p ln(p/q), nats: positive where the term is commoner in P. */
  readonly contribution: number;
}

/** The `count` terms that contribute most, by absolute value, to KL(P‖Q) of `divergence`; ties by index. */
export function largestContributions(counts: CountPair, alpha: number, count: number): TermContribution[] {
  const smoothing = alpha * counts.p.length;
  const { totalP, totalQ } = totalsOf(counts);
  return Array.from(counts.p, (countP, term): TermContribution => {
    const q = ((counts.q[term] ?? Number.NaN) + alpha) / (totalQ + smoothing);
    return { term, contribution: relative((countP + alpha) / (totalP + smoothing), q) };
  })
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution) || a.term - b.term)
    .slice(0, count);
}

/** p ln(p/q), 0 at p = 0. */
function relative(p: number, q: number): number {
  return p === 0 ? 0 : p * Math.log(p / q);
}

/** Rounding alone can make a divergence of equal distributions negative. */
function atLeastZero({ klPQ, klQP, js }: Divergence): Divergence {
  return { klPQ: Math.max(0, klPQ), klQP: Math.max(0, klQP), js: Math.max(0, js) };
}

function totalsOf({ p, q }: CountPair): { readonly totalP: number; readonly totalQ: number } {
  if (p.length !== q.length) throw new RangeError(`internal: counts of ${p.length} and ${q.length} terms`);
  return { totalP: sum(p), totalQ: sum(q) };
}

interface HistoryTotals extends CountPair {
  /** Terms of each history. */
  readonly continuations: Int32Array;
}

function historyTotals({ p, q }: CountPair, histories: Int32Array): HistoryTotals {
  const size = histories.reduce((most, history) => Math.max(most, history + 1), 0);
  const totals = { p: new Float64Array(size), q: new Float64Array(size), continuations: new Int32Array(size) };
  histories.forEach((history, term) => {
    totals.p[history] = (totals.p[history] ?? Number.NaN) + (p[term] ?? Number.NaN);
    totals.q[history] = (totals.q[history] ?? Number.NaN) + (q[term] ?? Number.NaN);
    totals.continuations[history] = (totals.continuations[history] ?? 0) + 1;
  });
  return totals;
}
