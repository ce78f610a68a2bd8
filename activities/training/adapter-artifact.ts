/** Adapters as artifacts: their tensors, with their options, the model they belong to and their training rows. */
import { z } from 'zod';
import { type LoraOptions, projections } from '../../models/adapter/lora.ts';
import { canonicalJson } from '../../schemas/json.ts';
import type { TableSource } from '../step-body.ts';
import { writeHistory } from './history.ts';

const loraSchema = z.strictObject({
  rank: z.int().positive(),
  alpha: z.number().positive(),
  rankStabilized: z.boolean(),
  projections: z.array(z.enum(projections)),
  layers: z.array(z.int().nonnegative()).nullable(),
});

export interface AdapterDescription {
  readonly adapter: LoraOptions;
  /** Digest of the weights it was trained on. */
  readonly base: string;
}

export function adapterMetadata({
  adapter,
  base,
  sources,
}: AdapterDescription & { readonly sources: readonly TableSource[] }): Record<string, string> {
  const { rank, alpha, rankStabilized, projections: adapted, layers } = adapter;
  return {
    lora: canonicalJson({ rank, alpha, rankStabilized, projections: adapted, layers }),
    base,
    ...writeHistory(sources),
  };
}

/** Nothing where the weights are no adapter. */
export function readAdapterMetadata(metadata: Readonly<Record<string, string>>): AdapterDescription | undefined {
  const { lora, base } = metadata;
  return lora === undefined || base === undefined ? undefined : { adapter: loraSchema.parse(JSON.parse(lora)), base };
}
