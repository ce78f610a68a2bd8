/** A model with what reads and writes its text: what one weights artifact holds. */
import { z } from 'zod';
import { canonicalJson, type Json } from '../../schemas/json.ts';
import { type ModelConfig, modelConfigSchema } from './model-config.ts';
import { modelLayout } from './model-layout.ts';
import { checkWeights } from './packed-weights.ts';
import type { Weights } from './weights.ts';

export interface Model {
  readonly config: ModelConfig;
  readonly weights: Weights;
  /** The content of its tokenizer.json. */
  readonly tokenizer: Json;
  /** Jinja source; null for a model that is given plain text. */
  readonly chatTemplate: string | null;
}

/** Everything but the weights, as the string metadata of a safetensors file. */
export function modelMetadata({ config, tokenizer, chatTemplate }: Omit<Model, 'weights'>): Record<string, string> {
  return {
    // Hugging Face's readers ask which framework wrote the file.
    format: 'pt',
    config: canonicalJson(config),
    tokenizer: canonicalJson(tokenizer),
    ...(chatTemplate === null ? {} : { chat_template: chatTemplate }),
  };
}

/**
 * Throws where metadata is missing or wrong, and a WeightsError that names tensors unless names and shapes are exactly
 * those of the config and every number is finite.
 */
export function modelFromMetadata(weights: Weights, metadata: Readonly<Record<string, string>>): Model {
  const { config, tokenizer, chat_template: chatTemplate } = metadataSchema.parse(metadata);
  checkWeights(modelLayout(config), weights);
  return { config, weights, tokenizer, chatTemplate: chatTemplate ?? null };
}

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON', input: text });
    return z.NEVER;
  }
});
const jsonSchema: z.ZodType<Json> = z.json();

const metadataSchema = z.object({
  config: jsonText.pipe(modelConfigSchema),
  tokenizer: jsonText.pipe(jsonSchema),
  chat_template: z.string().optional(),
});
