/** `token-entropy`: see schemas/steps/token-entropy. */
import { nextTokenEntropies } from '../../models/scoring/next-token-entropies.ts';
import { tokenEntropy } from '../../schemas/steps/token-entropy.ts';
import { encodePrompts, readPrompts } from '../evaluation/prompts.ts';
import { stepBody } from '../step-body.ts';
import { readModel } from '../training/model-artifact.ts';
import { backendOf } from '../training/process-backend.ts';

export const tokenEntropyBody = stepBody(tokenEntropy, async cell => {
  const { model, text } = readModel(await cell.weights('model'), 'model');
  const prompts = await readPrompts(await cell.table('prompts'), cell.with.system_prompt);
  const { entropies, topProbabilities } = nextTokenEntropies(
    await backendOf(cell),
    model,
    encodePrompts(text, prompts),
  );
  const rows = prompts.map(({ id }, index) => ({
    prompt_id: id,
    entropy: entropies[index] ?? Number.NaN,
    top_probability: topProbabilities[index] ?? Number.NaN,
  }));
  const mean = rows.reduce((sum, { entropy }) => sum + entropy, 0) / rows.length;
  return {
    outputs: { entropies: await cell.writeTable(tokenEntropy.out.entropies.columns, rows) },
    metrics: { entropy: { value: mean, n: rows.length } },
  };
});
