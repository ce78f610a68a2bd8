import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';
import { classificationScores, majorityClass } from '../../stats/classification-scores.ts';
import { crossValidateClassifier } from '../../stats/classifier-cross-validation.ts';
import { matrixFromRows } from '../../stats/dense-matrix.ts';
import { groupedFolds, splitByFold } from '../../stats/grouped-folds.ts';
import { wilsonInterval } from '../../stats/interval.ts';
import { softmaxClassifier } from '../../stats/linear-classifier.ts';
import { rocAuc } from '../../stats/roc-auc.ts';
import { countTokens } from '../../stats/token-counts.ts';
import { tokenFeatures } from '../../stats/token-features.ts';

test('accuracy, macro F1 and confusion are those of the counts', () => {
  const scores = classificationScores(Int32Array.of(0, 0, 1, 1, 2, 2), Int32Array.of(0, 1, 1, 1, 0, 2), 3);
  expect(scores.accuracy).toBeCloseTo(4 / 6, 14);
  expect(scores.macroF1).toBeCloseTo(0.6555555555555556, 14);
  expect(scores.confusion).toEqual([
    [1, 1, 0],
    [0, 2, 0],
    [1, 0, 1],
  ]);
  expect(scores.interval).toEqual(wilsonInterval(4, 6));
  expect(majorityClass(Int32Array.of(1, 2, 2, 0), 3)).toBe(2);
});

test('AUC counts pairs in order, ties half', () => {
  expect(rocAuc([1, 2, 3, 4], [false, false, true, true])).toBe(1);
  expect(rocAuc([1, 2, 2, 3], [false, true, false, true])).toBe(0.875);
  expect(rocAuc([1, 2], [true, true])).toBeNaN();
});

test('a group never straddles folds, folds differ by at most the largest group, and rows may come in any order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 11 }), { minLength: 12, maxLength: 80 }),
      fc.nat(1000),
      (ids, seed) => {
        const groups = ids.map(id => `q${id}`);
        fc.pre(new Set(groups).size >= 4);
        const foldOf = groupedFolds({ groups, folds: 4, seed });
        const foldsOfGroup = new Map<string, Set<number>>();
        groups.forEach((group, row) =>
          foldsOfGroup.set(group, (foldsOfGroup.get(group) ?? new Set()).add(foldOf[row]!)),
        );
        for (const folds of foldsOfGroup.values()) expect(folds.size).toBe(1);
        const sizes = [0, 1, 2, 3].map(fold => foldOf.filter(each => each === fold).length);
        const largest = Math.max(
          ...[...foldsOfGroup.keys()].map(group => groups.filter(each => each === group).length),
        );
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(largest);
        const order = randomStream(seed, 'rows').permutation(groups.length);
        const shuffled = groupedFolds({ groups: Array.from(order, row => groups[row]!), folds: 4, seed });
        order.forEach((row, position) => expect(shuffled[position]).toBe(foldOf[row]));
      },
    ),
    { seed: 8, numRuns: 60 },
  );
});

test('folds repeat with their seed, differ with another, and are refused for too few groups', () => {
  const groups = Array.from({ length: 40 }, (_, index) => `${index}`);
  expect(groupedFolds({ groups, folds: 5, seed: 1 })).toEqual(groupedFolds({ groups, folds: 5, seed: 1 }));
  expect(groupedFolds({ groups, folds: 5, seed: 2 })).not.toEqual(groupedFolds({ groups, folds: 5, seed: 1 }));
  expect(() => groupedFolds({ groups: ['a', 'a', 'b'], folds: 3, seed: 1 })).toThrow('2 groups cannot fill 3 folds');
  expect(splitByFold(Int32Array.of(0, 1, 0), 0)).toEqual({ train: Int32Array.of(1), test: Int32Array.of(0, 2) });
});

/** Two corpora that answer the same questions; `marked` puts a telling word into the second. */
function corpora(marked: boolean) {
  const stream = randomStream(5, 'corpora');
  return Array.from({ length: 120 }, (_, row) => {
    const question = Math.floor(row / 2);
    const label = row % 2 === 0 ? 'wrong' : 'right';
    const words = Array.from({ length: 6 }, () => `w${stream.integer(30)}`);
    return { label, group: `q${question}`, words: marked && label === 'wrong' ? [...words, 'marker'] : words };
  });
}

function accuracyOn(rows: ReturnType<typeof corpora>, labels: readonly string[]) {
  const { x } = tokenFeatures(
    countTokens(
      rows.map(({ words }) => [words]),
      1,
    ),
    { weighting: 'count', minDocuments: 2 },
  );
  const foldOf = groupedFolds({ groups: rows.map(({ group }) => group), folds: 5, seed: 3 });
  return crossValidateClassifier({ features: () => x, labels, foldOf, classifier: softmaxClassifier(1) });
}

test('a telling word is found, and shuffled labels give chance', () => {
  const rows = corpora(true);
  const labels = rows.map(({ label }) => label);
  const found = accuracyOn(rows, labels);
  expect(found.accuracy).toBeGreaterThan(0.95);
  expect(found.folds).toHaveLength(5);
  expect(found.majorityAccuracy).toBe(0.5);
  expect(found.folds.reduce((sum, fold) => sum + fold.n, 0)).toBe(120);
  const shuffled = Array.from(randomStream(6, 'labels').permutation(120), row => labels[row]!);
  const { interval } = accuracyOn(rows, shuffled);
  expect(interval.low).toBeLessThan(0.5);
  expect(interval.high).toBeGreaterThan(0.5);
});

test('a question asked in both corpora gains nothing from its twin: groups keep the leak out', () => {
  // Every question has words of its own, so a twin in training tells the words but not the label.
  const rows = corpora(false).map(row => ({ ...row, words: [`only-${row.group}`, ...row.words] }));
  const { accuracy } = accuracyOn(
    rows,
    rows.map(({ label }) => label),
  );
  expect(accuracy).toBeGreaterThan(0.35);
  expect(accuracy).toBeLessThan(0.65);
});

test('what a fold estimates before the fit sees its training rows only', () => {
  const x = matrixFromRows([[0], [1], [2], [3]]);
  const seen: number[][] = [];
  crossValidateClassifier({
    features: trainRows => {
      seen.push([...trainRows]);
      return x;
    },
    labels: ['a', 'b', 'a', 'b'],
    foldOf: Int32Array.of(0, 0, 1, 1),
    classifier: (_, testX) => Array.from({ length: testX.rows }, () => 'a'),
  });
  expect(seen).toEqual([
    [2, 3],
    [0, 1],
  ]);
});

test('tf-idf, binary and minimal document counts are as in scikit-learn', () => {
  const documents = [[['cat', 'sat', 'mat']], [['cat', 'cat', 'dog']], [['dog', 'mat']]];
  const tokens = countTokens(documents, 1);
  const { terms, x } = tokenFeatures(tokens, { weighting: 'tf-idf', minDocuments: 1 });
  expect(terms).toEqual(['cat', 'dog', 'mat', 'sat']);
  const expected = [
    0.517856116168,
    0.517856116168,
    0.680918560399,
    0.894427191,
    0.4472135955,
    Math.SQRT1_2,
    Math.SQRT1_2,
  ];
  expect(x.values).toHaveLength(expected.length);
  x.values.forEach((value, entry) => expect(value).toBeCloseTo(expected[entry]!, 9));
  expect([...tokenFeatures(tokens, { weighting: 'binary', minDocuments: 1 }).x.values]).toEqual(Array(7).fill(1));
  expect(tokenFeatures(tokens, { weighting: 'count', minDocuments: 2 }).terms).toEqual(['cat', 'dog', 'mat']);
});
