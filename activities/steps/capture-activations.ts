/** `capture-activations`: see schemas/steps/capture-activations. */
import { captureActivations as capture } from '../../models/scoring/capture-activations.ts';
import { encodeConversation } from '../../models/text/encode.ts';
import type { Example } from '../../models/text/example.ts';
import type { ModelText } from '../../models/text/model-text.ts';
import { captureActivations } from '../../schemas/steps/capture-activations.ts';
import { CellFailure } from '../cell-failure.ts';
import { encodePrompts, readPrompts, withSystem } from '../evaluation/prompts.ts';
import { cellText } from '../rows/cell-text.ts';
import { messagesOf } from '../rows/messages.ts';
import { type CellContext, type InputTable, stepBody } from '../step-body.ts';
import { readModel } from '../training/model-artifact.ts';
import { backendOf } from '../training/process-backend.ts';

type Capture = CellContext<typeof captureActivations>;

/** Prompts captured at once: bounds memory to a few hundred sequences' worth of vectors. */
const piece = 256;

export const captureActivationsBody = stepBody(captureActivations, async cell => {
  const { model, text } = readModel(await cell.weights('model'), 'model');
  const blocks = Array.from({ length: model.config.num_hidden_layers }, (_, layer) => layer);
  const layers = cell.with.layers === 'all' ? blocks : cell.with.layers;
  const wrong = layers.find(layer => !blocks.includes(layer));
  if (wrong !== undefined)
    throw new CellFailure('user', `there is no layer ${wrong}: the model has layers 0 to ${blocks.length - 1}`);
  const { ids, examples } = await readSequences(cell, await cell.table('prompts'), text);
  const backend = await backendOf(cell);
  const position = cell.with.position === 'last' ? 'last' : 'mean-of-targets';
  const width = model.config.hidden_size;
  const writer = await cell.tableWriter({ prompt_id: 'utf8', layer: 'int32', vector: `float32[${width}]` });
  try {
    for (let start = 0; start < examples.length; start += piece) {
      const some = examples.slice(start, start + piece);
      const { data } = capture(backend, model, some, { layers, position });
      await writer.appendColumns({
        prompt_id: ids.slice(start, start + piece).flatMap(id => layers.map(() => id)),
        layer: Int32Array.from(some.flatMap(() => layers)),
        vector: data,
      });
      await cell.progress({ step: start + some.length, steps: examples.length });
    }
    return {
      outputs: { activations: await writer.close() },
      notes: { prompts: ids.length, layers: [...layers], width },
    };
  } catch (error) {
    await writer.abort();
    throw error;
  }
});

async function readSequences(
  cell: Capture,
  table: InputTable,
  text: ModelText,
): Promise<{ ids: string[]; examples: Example[] }> {
  const { position, system_prompt: system } = cell.with;
  if (position === 'last') {
    const prompts = await readPrompts(table, system);
    const examples = encodePrompts(text, prompts).map(tokens => ({ tokens, targets: new Uint8Array(tokens.length) }));
    return { ids: prompts.map(({ id }) => id), examples };
  }
  const { tokenizer, template } = text;
  if (template === null) throw new CellFailure('user', 'the model has no chat template');
  if (table.columns['messages'] !== 'messages')
    throw new CellFailure(
      'user',
      `a mean over the answer needs \`messages\`; the prompts have ${Object.keys(table.columns).join(', ')}`,
    );
  const ids: string[] = [];
  const examples: Example[] = [];
  for await (const row of table.rowsOf({ columns: ['row_id', 'messages'] })) {
    ids.push(cellText(row['row_id']));
    examples.push(encodeConversation(tokenizer, template, withSystem(messagesOf(row['messages']), system)));
  }
  if (ids.length === 0) throw new CellFailure('user', 'there are no prompts');
  return { ids, examples };
}
