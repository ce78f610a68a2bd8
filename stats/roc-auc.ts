/** Area under the ROC curve. */
import { midRanks } from './ranks.ts';

/**
 * P(a positive scores above a negative) + ½ P(tie), the Mann–Whitney statistic: .5 by chance, 1 where every positive
 * scores higher. NaN without both classes.
 */
export function rocAuc(scores: ArrayLike<number>, positive: ArrayLike<boolean>): number {
  const ranks = midRanks(scores);
  let [rankSum, positives] = [0, 0];
  ranks.forEach((rank, index) => {
    if (positive[index] !== true) return;
    rankSum += rank;
    positives += 1;
  });
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (scores.length - positives));
}
