/** `train-base`: see schemas/steps/train-base. */
import { roleTokenTemplate, roleTokens } from '../../models/text/role-token-template.ts';
import { modelText } from '../../models/text/model-text.ts';
import { createTokenizer } from '../../models/text/tokenizer.ts';
import { wordLevelTokenizer } from '../../models/text/word-level-tokenizer.ts';
import { createSftTrainer } from '../../models/training/sft-trainer.ts';
import { initialWeights } from '../../models/transformer/initial-weights.ts';
import { type ModelConfig, modelConfigSchema } from '../../models/transformer/model-config.ts';
import { trainBase } from '../../schemas/steps/train-base.ts';
import { tokenizerFileSchema } from '../../schemas/tokenizer-file.ts';
import { CellFailure } from '../cell-failure.ts';
import { cellText } from '../rows/cell-text.ts';
import { messagesOf } from '../rows/messages.ts';
import { type CellContext, type InputTable, stepBody } from '../step-body.ts';
import { storeModel, trainedMetadata } from '../training/model-artifact.ts';
import { backendOf } from '../training/process-backend.ts';
import { runTraining, trainingOptions } from '../training/run-training.ts';
import { readExamples } from '../training/training-examples.ts';

type Base = CellContext<typeof trainBase>;

export const trainBaseBody = stepBody(trainBase, async cell => {
  const { with: given } = cell;
  const table = await cell.table('rows');
  const { tokenizer, chat_template: chatTemplate } =
    cell.parts('tokenizer').length > 0
      ? await cell.json('tokenizer', tokenizerFileSchema)
      : await tokenizerOfCorpus(table);
  const config = configOf(cell, createTokenizer(tokenizer).vocabularySize);
  const fresh = { config, tokenizer, chatTemplate, weights: initialWeights(config, cell.seeds.training) };
  const { examples, notes } = await readExamples(table, modelText(fresh), {
    lossOn: given.loss_on,
    maxLength: given.max_length,
    tooLong: given.too_long,
  });
  const backend = await backendOf(cell);
  const trainer = createSftTrainer(backend, {
    ...trainingOptions(given, examples.length, cell.seeds.training),
    model: fresh,
    examples,
  });
  try {
    const snapshot = () => ({ tensors: trainer.weights(), metadata: trainedMetadata(fresh, table.sources) });
    const { log, checkpoints, loss } = await runTraining(cell, { trainer, parameters: given, snapshot });
    return {
      outputs: {
        model: await storeModel(cell, { ...fresh, weights: trainer.weights() }, table.sources),
        log,
        ...(checkpoints === undefined ? {} : { checkpoints }),
      },
      metrics: { loss },
      notes: { ...notes, steps: trainer.steps, vocabulary: config.vocab_size },
    };
  } finally {
    trainer.dispose();
  }
});

function configOf({ with: given }: Base, vocabulary: number): ModelConfig {
  if (given.d_model % given.heads !== 0) {
    throw new CellFailure('user', `d_model ${given.d_model} is no multiple of ${given.heads} heads`);
  }
  return modelConfigSchema.parse({
    vocab_size: vocabulary,
    hidden_size: given.d_model,
    intermediate_size: given.d_ff,
    num_hidden_layers: given.layers,
    num_attention_heads: given.heads,
    num_key_value_heads: given.kv_heads ?? given.heads,
    rms_norm_eps: given.rms_norm_epsilon,
    rope_theta: given.rope_theta,
    tie_word_embeddings: given.tied_embeddings,
    max_position_embeddings: given.context,
  });
}

/** Word-level, with the words of the corpus in alphabetical order, whatever order its rows have. */
async function tokenizerOfCorpus(table: InputTable) {
  const words = new Set<string>();
  for await (const row of table.rowsOf()) {
    const texts = [cellText(row['text']), ...messagesOf(row['messages']).map(({ content }) => content)];
    for (const word of texts.flatMap(text => text.split(/\s+/))) if (word !== '') words.add(word);
  }
  const own = [...words].filter(word => !roleTokens.includes(word)).sort();
  return { tokenizer: wordLevelTokenizer({ specialTokens: roleTokens, words: own }), chat_template: roleTokenTemplate };
}
