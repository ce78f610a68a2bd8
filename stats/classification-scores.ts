/** How well predicted classes match actual ones. */
import { type Interval, wilsonInterval } from './interval.ts';
import { mean, sum } from './moments.ts';

/** n counts rows; shares are in [0, 1]. */
export interface ClassificationScores {
  readonly n: number;
  readonly accuracy: number;
  /** Wilson's interval over rows; rows of one question are not independent, so it is too narrow for few questions. */
  readonly interval: Interval;
  /** Mean F1 of the classes that occur among actual or predicted ones. */
  readonly macroF1: number;
  /** confusion[actual][predicted]: rows. */
  readonly confusion: readonly (readonly number[])[];
}

/** Scores of codes 0 … classes−1. NaN of no rows. */
export function classificationScores(actual: Int32Array, predicted: Int32Array, classes: number): ClassificationScores {
  if (actual.length !== predicted.length) {
    throw new RangeError(`internal: ${actual.length} actual classes, ${predicted.length} predicted`);
  }
  const confusion = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  actual.forEach((code, row) => {
    const counts = confusion[code];
    const guess = predicted[row] ?? -1;
    if (counts?.[guess] === undefined) throw new RangeError(`internal: class ${code} or ${guess} of ${classes}`);
    counts[guess] += 1;
  });
  const hits = confusion.map((row, code) => row[code] ?? 0);
  const actualCounts = confusion.map(sum);
  const predictedCounts = confusion.map((_, code) => sum(confusion.map(row => row[code] ?? 0)));
  const f1 = hits.flatMap((hit, code) => {
    const mentions = (actualCounts[code] ?? 0) + (predictedCounts[code] ?? 0);
    return mentions > 0 ? [(2 * hit) / mentions] : [];
  });
  const correct = sum(hits);
  return {
    n: actual.length,
    accuracy: correct / actual.length,
    interval: wilsonInterval(correct, actual.length),
    macroF1: mean(f1),
    confusion,
  };
}

/** The class that occurs most often, the first among equals. */
export function majorityClass(codes: Int32Array, classes: number): number {
  const counts = Array.from({ length: classes }, (_, code) => codes.filter(each => each === code).length);
  return counts.indexOf(Math.max(...counts));
}
