/** `train-dpo`: see schemas/steps/train-dpo. */
import type { Backend } from '../../models/backend/backend.ts';
import { scoreCompletions } from '../../models/scoring/score-completions.ts';
import type { Example } from '../../models/text/example.ts';
import type { ModelText } from '../../models/text/model-text.ts';
import { createDpoTrainer } from '../../models/training/dpo-trainer.ts';
import type { Model } from '../../models/transformer/model.ts';
import { trainDpo } from '../../schemas/steps/train-dpo.ts';
import { CellFailure } from '../cell-failure.ts';
import { cellText } from '../rows/cell-text.ts';
import { messagesOf } from '../rows/messages.ts';
import { type CellContext, type InputTable, stepBody } from '../step-body.ts';
import { readModel, storeModel, trainedMetadata } from '../training/model-artifact.ts';
import { backendOf } from '../training/process-backend.ts';
import { runTraining, trainingOptions } from '../training/run-training.ts';
import { encodeAnswer, exampleNotes } from '../training/training-examples.ts';

type Dpo = CellContext<typeof trainDpo>;

export const trainDpoBody = stepBody(trainDpo, async cell => {
  const { with: given } = cell;
  const { model, text, history } = readModel(await cell.weights('model'), 'model');
  const table = await cell.table('pairs');
  const pairs = await readPairs(cell, table, text);
  const backend = await backendOf(cell);
  const reference = referenceScores(backend, model, pairs);
  const trainer = createDpoTrainer(backend, {
    ...trainingOptions(given, pairs.length, cell.seeds.training),
    model,
    beta: given.beta,
    lengthNormalized: given.length_normalised,
    pairs: pairs.map(({ chosen, rejected }, index) => ({
      chosen,
      rejected,
      reference: { chosen: reference[index]?.chosen_log_prob ?? 0, rejected: reference[index]?.rejected_log_prob ?? 0 },
    })),
  });
  try {
    const sources = [...history, ...table.sources];
    const snapshot = () => ({ tensors: trainer.weights(), metadata: trainedMetadata(model, sources) });
    const { log, checkpoints, loss } = await runTraining(cell, { trainer, parameters: given, snapshot });
    const trained = { ...model, weights: trainer.weights() };
    return {
      outputs: {
        model: await storeModel(cell, trained, sources),
        log,
        reference: await cell.writeTable(trainDpo.out.reference.columns, reference),
        ...(checkpoints === undefined ? {} : { checkpoints }),
      },
      metrics: { loss, accuracy: preferenceAccuracy(referenceScores(backend, trained, pairs), reference) },
      notes: {
        ...exampleNotes(
          pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]),
          0,
        ),
        steps: trainer.steps,
      },
    };
  } finally {
    trainer.dispose();
  }
});

interface Pair {
  readonly rowId: string;
  readonly chosen: Example;
  readonly rejected: Example;
}

async function readPairs({ with: given }: Dpo, table: InputTable, text: ModelText): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for await (const row of table.rowsOf({ columns: ['row_id', 'prompt', 'chosen', 'rejected'] })) {
    const rowId = cellText(row['row_id']);
    const prompt = messagesOf(row['prompt']);
    const encode = (answer: 'chosen' | 'rejected') =>
      fitting(encodeAnswer(text, prompt, cellText(row[answer])), given, rowId);
    pairs.push({ rowId, chosen: encode('chosen'), rejected: encode('rejected') });
  }
  if (pairs.length === 0) throw new CellFailure('user', 'there are no pairs to train on');
  return pairs;
}

function fitting(example: Example, given: Dpo['with'], rowId: string): Example {
  const { length } = example.tokens;
  if (length <= given.max_length) return example;
  if (given.too_long === 'cut')
    return { tokens: example.tokens.slice(0, given.max_length), targets: example.targets.slice(0, given.max_length) };
  throw new CellFailure(
    'user',
    `row ${rowId} has ${length} tokens where max_length allows ${given.max_length}: raise it, or say \`too_long: cut\``,
  );
}

/** Log-probabilities of both answers, closing tokens included: a row of the `reference` table per pair. */
function referenceScores(backend: Backend, model: Pick<Model, 'config' | 'weights'>, pairs: readonly Pair[]) {
  const chosen = scoreCompletions(
    backend,
    model,
    pairs.map(pair => pair.chosen),
    'included',
  );
  const rejected = scoreCompletions(
    backend,
    model,
    pairs.map(pair => pair.rejected),
    'included',
  );
  return pairs.map(({ rowId }, index) => ({
    row_id: rowId,
    chosen_log_prob: chosen.logProbabilities[index] ?? 0,
    rejected_log_prob: rejected.logProbabilities[index] ?? 0,
    chosen_tokens: chosen.tokens[index] ?? 0,
    rejected_tokens: rejected.tokens[index] ?? 0,
  }));
}

/** Share of pairs whose chosen answer gained more over the reference than the rejected one. */
function preferenceAccuracy(after: ReturnType<typeof referenceScores>, before: ReturnType<typeof referenceScores>) {
  const gained = after.filter((scores, index) => {
    const reference = before[index];
    if (reference === undefined) return false;
    return scores.chosen_log_prob - reference.chosen_log_prob > scores.rejected_log_prob - reference.rejected_log_prob;
  });
  return { value: gained.length / after.length, n: after.length };
}
