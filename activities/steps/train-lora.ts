/** `train-lora`: see schemas/steps/train-lora. */
import type { LoraOptions } from '../../models/adapter/lora.ts';
import { createLoraTrainer } from '../../models/training/lora-trainer.ts';
import { trainLora } from '../../schemas/steps/train-lora.ts';
import { type CellContext, stepBody } from '../step-body.ts';
import { adapterMetadata } from '../training/adapter-artifact.ts';
import { readModel } from '../training/model-artifact.ts';
import { backendOf } from '../training/process-backend.ts';
import { runTraining, trainingOptions } from '../training/run-training.ts';
import { readExamples } from '../training/training-examples.ts';

export const trainLoraBody = stepBody(trainLora, async cell => {
  const { with: given } = cell;
  const { model, text } = readModel(await cell.weights('model'), 'model');
  const table = await cell.table('rows');
  const { examples, notes } = await readExamples(table, text, {
    lossOn: given.loss_on,
    maxLength: given.max_length,
    tooLong: given.too_long,
  });
  const adapter = adapterOptions(cell);
  const base = cell.parts('model').map(({ artifact }) => artifact.digest)[0] ?? '';
  const backend = await backendOf(cell);
  const trainer = createLoraTrainer(backend, {
    ...trainingOptions(given, examples.length, cell.seeds.training),
    model,
    adapter,
    examples,
  });
  try {
    const metadata = adapterMetadata({ adapter, base, sources: table.sources });
    const snapshot = () => ({ tensors: trainer.weights(), metadata });
    const { log, checkpoints, loss } = await runTraining(cell, { trainer, parameters: given, snapshot });
    return {
      outputs: {
        adapter: await cell.writeWeights(snapshot()),
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

function adapterOptions({ with: given }: CellContext<typeof trainLora>): LoraOptions {
  const { rank, alpha, rank_stabilised: rankStabilized, targets: projections, layers = null } = given;
  return { rank, alpha, rankStabilized, projections, layers };
}
