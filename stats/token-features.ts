/** Features of a bag-of-tokens classifier, from token counts. */
import { sparseMatrix, type SparseMatrix, sparseRow } from './sparse-matrix.ts';
import type { TokenCounts } from './token-counts.ts';

/**
 * `count`; `binary`: 1 where the term occurs; `tf-idf`: count · (ln((1 + N)/(1 + df)) + 1), rows at length 1
 * (scikit-learn's default smoothing).
 */
export type TokenWeighting = 'count' | 'binary' | 'tf-idf';

export interface TokenFeatures {
  readonly terms: readonly string[];
  /** Documents × terms. */
  readonly x: SparseMatrix;
}

/** Features of the terms that occur in at least `minDocuments` documents. No label is looked at. */
export function tokenFeatures(
  tokens: TokenCounts,
  { weighting, minDocuments }: { readonly weighting: TokenWeighting; readonly minDocuments: number },
): TokenFeatures {
  const { counts } = tokens;
  const documents = new Int32Array(counts.columns);
  for (const column of counts.indices) documents[column] = (documents[column] ?? 0) + 1;
  const kept = Array.from(documents.keys()).filter(column => (documents[column] ?? 0) >= minDocuments);
  const columnOf = new Map(kept.map((column, index) => [column, index]));
  const weigh = (count: number, column: number) => {
    if (weighting === 'count') return count;
    if (weighting === 'binary') return 1;
    return count * (Math.log((1 + counts.rows) / (1 + (documents[column] ?? Number.NaN))) + 1);
  };
  const rows = Array.from({ length: counts.rows }, (_, row) => {
    const { indices, values } = sparseRow(counts, row);
    const weighted = new Map<number, number>();
    indices.forEach((column, entry) => {
      const index = columnOf.get(column);
      if (index !== undefined) weighted.set(index, weigh(values[entry] ?? Number.NaN, column));
    });
    return weighting === 'tf-idf' ? atUnitLength(weighted) : weighted;
  });
  return { terms: kept.map(column => tokens.terms[column] ?? ''), x: sparseMatrix(rows, kept.length) };
}

function atUnitLength(row: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const length = Math.hypot(...row.values());
  return new Map(Array.from(row, ([column, value]) => [column, value / length]));
}
