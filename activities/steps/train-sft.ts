/** `train-sft`: see schemas/steps/train-sft. */
import { createSftTrainer } from '../../models/training/sft-trainer.ts';
import { trainSft } from '../../schemas/steps/train-sft.ts';
import { stepBody } from '../step-body.ts';
import { readModel, storeModel, trainedMetadata } from '../training/model-artifact.ts';
import { backendOf } from '../training/process-backend.ts';
import { runTraining, trainingOptions } from '../training/run-training.ts';
import { readExamples } from '../training/training-examples.ts';

export const trainSftBody = stepBody(trainSft, async cell => {
  const { with: given } = cell;
  const { model, text, history } = readModel(await cell.weights('model'), 'model');
  const table = await cell.table('rows');
  const { examples, notes } = await readExamples(table, text, {
    lossOn: given.loss_on,
    maxLength: given.max_length,
    tooLong: given.too_long,
  });
  const backend = await backendOf(cell);
  const trainer = createSftTrainer(backend, {
    ...trainingOptions(given, examples.length, cell.seeds.training),
    model,
    examples,
  });
  try {
    const sources = [...history, ...table.sources];
    const snapshot = () => ({ tensors: trainer.weights(), metadata: trainedMetadata(model, sources) });
    const { log, checkpoints, loss } = await runTraining(cell, { trainer, parameters: given, snapshot });
    return {
      outputs: {
        model: await storeModel(cell, { ...model, weights: trainer.weights() }, sources),
        log,
        ...(checkpoints === undefined ? {} : { checkpoints }),
      },
      metrics: { loss },
      notes: { ...notes, steps: trainer.steps },
    };
  } finally {
    trainer.dispose();
  }
});
