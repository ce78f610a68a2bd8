/**
 * A model's training history: every table it was trained on, in any stage, by digest. It travels in the weights'
 * metadata, so that an evaluation can check itself against all of them, however the model came about.
 */
import { z } from 'zod';
import { digestSchema } from '../../schemas/identity.ts';
import { coordinatesSchema } from '../../schemas/plan.ts';
import { canonicalJson } from '../../schemas/json.ts';
import type { TableSource } from '../step-body.ts';

const historyKey = 'trained_on';

const historySchema = z.array(z.strictObject({ digest: digestSchema, where: coordinatesSchema.optional() }));

/** The tables that the metadata of some weights names; none where they name none. */
export function readHistory(metadata: Readonly<Record<string, string>>): TableSource[] {
  const text = metadata[historyKey];
  return text === undefined
    ? []
    : historySchema
        .parse(JSON.parse(text))
        .map(({ digest, where }) => (where === undefined ? { digest } : { digest, where }));
}

/** Metadata that names these tables, each once, in the order in which they were first used. */
export function writeHistory(sources: readonly TableSource[]): Record<string, string> {
  const texts = sources.map(({ digest, where }) => canonicalJson({ digest, where }));
  return { [historyKey]: `[${[...new Set(texts)].join(',')}]` };
}
