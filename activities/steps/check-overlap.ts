/** `check-overlap`: see schemas/steps/check-overlap. */
import { checkOverlap } from '../../schemas/steps/check-overlap.ts';
import { findOverlaps, overlapFailure, readQuestions, readTrainingTexts } from '../rows/overlap.ts';
import { stepBody } from '../step-body.ts';

export const checkOverlapBody = stepBody(checkOverlap, async cell => {
  const questions = await readQuestions(await cell.table('questions'));
  const overlaps = findOverlaps(questions, [await readTrainingTexts(await cell.table('training'))]);
  if (overlaps.length > 0 && cell.with.on_overlap === 'refuse') throw overlapFailure(overlaps, questions.length);
  const rows = overlaps.map(({ questionId, rowId, text }) => ({ question_id: questionId, row_id: rowId, text }));
  return {
    outputs: { overlap: await cell.writeTable(checkOverlap.out.overlap.columns, rows) },
    metrics: {
      overlapping: { value: overlaps.length, n: questions.length },
      questions: { value: questions.length, n: questions.length },
    },
  };
});
