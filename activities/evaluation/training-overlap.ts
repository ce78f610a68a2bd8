/** The check before every evaluation: none of its questions may stand in a row that the model was trained on. */
import { canonicalJson, type Json } from '../../schemas/json.ts';
import { type Question, type TrainingTexts, findOverlaps, overlapFailure, readTrainingTexts } from '../rows/overlap.ts';
import type { CellContext, TableSource } from '../step-body.ts';

export interface OverlapCheck {
  readonly mode: 'refuse' | 'report' | 'off';
  /** Every table of the model's training history. */
  readonly history: readonly TableSource[];
  readonly questions: readonly Question[];
}

/** Throws a `CellFailure` with the offending rows, or gives what the record is to say of the check. */
export async function checkTrainingOverlap(
  cell: Pick<CellContext, 'tableOf'>,
  { mode, history, questions }: OverlapCheck,
): Promise<{ readonly [note: string]: Json }> {
  if (mode === 'off') return { overlap: 'not checked' };
  const training = await Promise.all(history.map(source => trainingTexts(cell, source)));
  const overlaps = findOverlaps(questions, training);
  if (overlaps.length > 0 && mode === 'refuse') throw overlapFailure(overlaps, questions.length);
  return {
    overlap: { questions: questions.length, tables: history.length, overlapping: overlaps.length },
    ...(overlaps.length === 0 ? {} : { overlapping_questions: overlaps.map(({ questionId }) => questionId) }),
  };
}

/** Tables whose texts a process remembers: the models of a sweep were all trained on the same few. */
const remembered = 32;

const texts = new Map<string, Promise<TrainingTexts>>();

async function trainingTexts(cell: Pick<CellContext, 'tableOf'>, source: TableSource): Promise<TrainingTexts> {
  const key = canonicalJson({ digest: source.digest, where: source.where });
  const read = texts.get(key) ?? cell.tableOf(source).then(readTrainingTexts);
  texts.delete(key);
  texts.set(key, read);
  const oldest = texts.keys().next();
  if (texts.size > remembered && !oldest.done) texts.delete(oldest.value);
  try {
    return await read;
  } catch (error) {
    texts.delete(key);
    throw error;
  }
}
