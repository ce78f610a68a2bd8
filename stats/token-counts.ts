/** Counts of words, or of pairs of adjacent words, per document. */
import { compareText } from './grouped-values.ts';
import { sparseMatrix, type SparseMatrix } from './sparse-matrix.ts';

/** Lower-case runs of letters and digits a–z, 0–9: the word tokens of a text. */
export function wordTokens(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

export interface TokenCounts {
  /** 1: single tokens; 2: adjacent pairs within a passage. */
  readonly order: 1 | 2;
  /** Columns of `counts`: tokens, or the two tokens of a pair with a space between; in code-unit order of the tokens. */
  readonly terms: readonly string[];
  /** Index of each term's history: the pair's first token among first tokens; all 0 for single tokens. */
  readonly histories: Int32Array;
  /** Distinct tokens, the possible continuations of a history. */
  readonly vocabulary: number;
  /** Documents × terms. */
  readonly counts: SparseMatrix;
}

/**
 * Counts over the union vocabulary of all documents. A document is a list of passages (turns), each a list of tokens;
 * pairs never straddle two passages. Columns do not depend on the order of the documents.
 */
export function countTokens(documents: readonly (readonly (readonly string[])[])[], order: 1 | 2): TokenCounts {
  const tokens = [...new Set(documents.flat(2))].sort(compareText);
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const perDocument = documents.map(passages => countTerms(passages, { order, idOf }));
  // A term's number orders like its tokens, whatever the texts contain.
  const numbers = [...new Set(perDocument.flatMap(counts => [...counts.keys()]))].sort((a, b) => a - b);
  const columnOf = new Map(numbers.map((number, column) => [number, column]));
  const rows = perDocument.map(
    counts => new Map(Array.from(counts, ([number, count]) => [columnOf.get(number) ?? -1, count])),
  );
  const first = (number: number) => Math.floor(number / tokens.length);
  const nameOf = (number: number) =>
    order === 1 ? tokens[number] : `${tokens[first(number)]} ${tokens[number % tokens.length]}`;
  return {
    order,
    terms: numbers.map(number => nameOf(number) ?? ''),
    histories: order === 1 ? new Int32Array(numbers.length) : denseCodes(numbers.map(first)),
    vocabulary: tokens.length,
    counts: sparseMatrix(rows, numbers.length),
  };
}

/** Term number → count. The number of a token is its id, that of a pair id₁·V + id₂ (exact below 2⁵³). */
function countTerms(
  passages: readonly (readonly string[])[],
  { order, idOf }: { readonly order: 1 | 2; readonly idOf: ReadonlyMap<string, number> },
): Map<number, number> {
  const counts = new Map<number, number>();
  for (const passage of passages) {
    let previous = -1;
    for (const token of passage) {
      const id = idOf.get(token) ?? Number.NaN;
      const number = order === 1 ? id : previous * idOf.size + id;
      if (order === 1 || previous >= 0) counts.set(number, (counts.get(number) ?? 0) + 1);
      previous = id;
    }
  }
  return counts;
}

/** Ascending values as 0, 1, 2 …, equal ones alike. */
function denseCodes(ascending: readonly number[]): Int32Array {
  const codes = new Int32Array(ascending.length);
  for (let index = 1; index < ascending.length; index++) {
    codes[index] = (codes[index - 1] ?? 0) + (ascending[index] === ascending[index - 1] ? 0 : 1);
  }
  return codes;
}
