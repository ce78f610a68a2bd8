/** `surface-divergence`: see schemas/steps/surface-divergence. */
import type { Metric } from '../../schemas/metric.ts';
import { surfaceDivergence } from '../../schemas/steps/surface-divergence.ts';
import { compareText } from '../../stats/grouped-values.ts';
import { mean } from '../../stats/moments.ts';
import {
  type CountedCorpora,
  type MeasuredDivergence,
  type PairDivergence,
  countCorpora,
  divergences,
  largestTerms,
} from '../analysis/corpus-divergence.ts';
import { readCorpora } from '../analysis/corpus.ts';
import { counted } from '../analysis/counted.ts';
import { estimate, finiteOrNull } from '../analysis/estimate.ts';
import { type CellContext, stepBody } from '../step-body.ts';

type Surface = CellContext<typeof surfaceDivergence>;

export const surfaceDivergenceBody = stepBody(surfaceDivergence, async cell => {
  const { label, text: turns, order, alpha, terms: count } = cell.with;
  const source = { port: 'rows', table: await cell.table('rows') };
  const { texts, withoutLabel } = await readCorpora(source, { label, turns });
  const corpora = countCorpora(texts, order);
  const pairs = await comparePairs(cell, corpora);
  const terms = pairs.flatMap(pair =>
    largestTerms(corpora, pair, { alpha, count }).map(each => ({ p: pair.p.label, q: pair.q.label, ...each })),
  );
  const { out } = surfaceDivergence;
  return {
    outputs: {
      pairs: await cell.writeTable(
        out.pairs.columns,
        pairs.map(pair => pairRow(pair, corpora)),
      ),
      corpora: await cell.writeTable(out.corpora.columns, corpusRows(corpora, pairs)),
      terms: await cell.writeTable(out.terms.columns, terms),
    },
    metrics: {
      mean_js: meanOverPairs(pairs, texts.length, 'observed'),
      mean_excess_js: meanOverPairs(pairs, texts.length, 'excess'),
    },
    notes: {
      rows: texts.length,
      rows_without_label: withoutLabel,
      corpora_without_words: corpora.corpora.filter(({ tokens }) => tokens === 0).map(corpus => corpus.label),
    },
  };
});

/** Ordered pairs, by their labels. */
async function comparePairs(cell: Surface, corpora: CountedCorpora): Promise<PairDivergence[]> {
  const { alpha, shuffle, permutations: draws } = cell.with;
  const steps = (corpora.corpora.length * (corpora.corpora.length - 1)) / 2;
  const pairs: PairDivergence[] = [];
  for (const both of divergences(corpora, { alpha, shuffle, draws, seed: cell.seeds.permutation })) {
    pairs.push(...both);
    await cell.progress({ step: pairs.length / 2, steps });
  }
  return pairs.sort((a, b) => compareText(a.p.label, b.p.label) || compareText(a.q.label, b.q.label));
}

function pairRow({ p, q, kl, js }: PairDivergence, { terms }: CountedCorpora) {
  return {
    p: p.label,
    q: q.label,
    kl: finiteOrNull(kl.observed),
    js: finiteOrNull(js.observed),
    null_js: finiteOrNull(js.null),
    excess: finiteOrNull(js.excess),
    p_value: finiteOrNull(js.p),
    null_kl: finiteOrNull(kl.null),
    excess_kl: finiteOrNull(kl.excess),
    rows_p: p.rows.length,
    rows_q: q.rows.length,
    vocabulary: terms.terms.length,
  };
}

function corpusRows({ corpora }: CountedCorpora, pairs: readonly PairDivergence[]) {
  return corpora.map(corpus => {
    const own = pairs.filter(({ p, kl }) => p === corpus && !Number.isNaN(kl.observed));
    return {
      label: corpus.label,
      mean_kl: finiteOrNull(mean(own.map(({ kl }) => kl.observed))),
      mean_excess_kl: finiteOrNull(mean(own.map(({ kl }) => kl.excess))),
      rows: corpus.rows.length,
      tokens: corpus.tokens,
    };
  });
}

function meanOverPairs(
  pairs: readonly PairDivergence[],
  rows: number,
  of: keyof Pick<MeasuredDivergence, 'observed' | 'excess'>,
): Metric {
  const estimable = pairs.filter(({ p, q, js }) => p.label < q.label && !Number.isNaN(js.observed));
  return estimate({
    value: mean(estimable.map(({ js }) => js[of])),
    n: rows,
    note: `over ${counted(estimable.length, 'pair')} of corpora; n counts rows`,
    unless: estimable.length === 0 ? 'no two corpora have words in the chosen turns' : 'no labels were shuffled',
  });
}
