/** `evaluate-loss`: see schemas/steps/evaluate-loss. */
import { evaluateLoss } from '../../schemas/steps/evaluate-loss.ts';
import { tokenStatistics } from '../../models/scoring/token-statistics.ts';
import { checkTrainingOverlap } from '../evaluation/training-overlap.ts';
import { readQuestions } from '../rows/overlap.ts';
import { stepBody } from '../step-body.ts';
import { readModel } from '../training/model-artifact.ts';
import { backendOf } from '../training/process-backend.ts';
import { readExamples } from '../training/training-examples.ts';

export const evaluateLossBody = stepBody(evaluateLoss, async cell => {
  const { model, text, history } = readModel(await cell.weights('model'), 'model');
  const {
    loss_on: lossOn,
    max_length: maxLength = model.config.max_position_embeddings,
    too_long: tooLong,
    check_overlap: mode,
  } = cell.with;
  const table = await cell.table('rows');
  const overlap = await checkTrainingOverlap(cell, { mode, history, questions: await readQuestions(table) });
  const { examples, rowIds, notes } = await readExamples(table, text, { lossOn, maxLength, tooLong });
  const statistics = tokenStatistics(await backendOf(cell), model, examples);
  let sum = 0;
  let count = 0;
  function* rows() {
    for (const [index, { positions, negativeLogLikelihoods }] of statistics.entries()) {
      for (const [target, position] of positions.entries()) {
        const nll = negativeLogLikelihoods[target] ?? Number.NaN;
        sum += nll;
        count += 1;
        yield { row_id: rowIds[index] ?? '', position, token_id: examples[index]?.tokens[position] ?? -1, nll };
      }
    }
  }
  const tokens = await cell.writeTable(evaluateLoss.out.tokens.columns, rows());
  return {
    outputs: { tokens },
    metrics: { loss: { value: sum / count, n: examples.length } },
    notes: { ...notes, ...overlap },
  };
});
