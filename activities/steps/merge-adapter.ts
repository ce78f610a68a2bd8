/** `merge-adapter`: see schemas/steps/merge-adapter. */
import { mergeLora } from '../../models/adapter/lora.ts';
import { mergeAdapter } from '../../schemas/steps/merge-adapter.ts';
import { CellFailure } from '../cell-failure.ts';
import { stepBody } from '../step-body.ts';
import { readAdapterMetadata } from '../training/adapter-artifact.ts';
import { readHistory } from '../training/history.ts';
import { readModel, storeModel } from '../training/model-artifact.ts';

export const mergeAdapterBody = stepBody(mergeAdapter, async cell => {
  const { model, history } = readModel(await cell.weights('model'), 'model');
  const { tensors, metadata } = await cell.weights('adapter');
  const described = readAdapterMetadata(metadata);
  if (described === undefined)
    throw new CellFailure('user', 'the weights at `adapter` are no adapter: they have no `lora` metadata');
  const digest = cell.parts('model')[0]?.artifact.digest;
  if (described.base !== digest) {
    throw new CellFailure(
      'user',
      `the adapter was trained on ${described.base.slice(0, 12)}, and the model here is ${digest?.slice(0, 12)}: connect \`model\` to the model it was trained on`,
    );
  }
  const weights = mergeLora(model.config, described.adapter, { weights: model.weights, adapter: tensors });
  return { outputs: { model: await storeModel(cell, { ...model, weights }, [...history, ...readHistory(metadata)]) } };
});
