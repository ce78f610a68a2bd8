/** A world and a model of a few thousand parameters in a memory store, for tests of what trains and evaluates models. */
import { makeWorldBody } from '../../../activities/steps/make-world.ts';
import { trainBaseBody } from '../../../activities/steps/train-base.ts';
import type { Artifact } from '../../../schemas/artifact.ts';
import type { Json } from '../../../schemas/json.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import type { Store } from '../../../store/store.ts';
import { stored } from './given-rows.ts';
import { type BodyRun, runBody } from './run-body.ts';

export interface TinyStudy {
  readonly store: Store;
  readonly world: BodyRun['outputs'];
  readonly baseRun: BodyRun;
  readonly base: Artifact;
}

/** 9 facts a domain; every corpus a few dozen rows. */
const tinyWorld = {
  facts: 9,
  pretraining_rows: 64,
  coupling_rows: 20,
  sft_rows: 40,
  pair_rows: 24,
  advice_rows: 32,
};

export const tinyTraining = { learning_rate: 0.01, batch_size: 8, max_length: 40 };

export async function tinyStudy(base: { readonly [parameter: string]: Json } = {}): Promise<TinyStudy> {
  const store = createMemoryStore();
  const world = await runBody(makeWorldBody, { store, with: tinyWorld });
  const baseRun = await runBody(trainBaseBody, {
    store,
    with: { d_model: 16, d_ff: 24, layers: 2, steps: 20, ...tinyTraining, ...base },
    seeds: { training: 1 },
    in: { rows: stored(world.outputs['pretraining']), tokenizer: stored(world.outputs['tokenizer']) },
  });
  const model = baseRun.outputs['model'];
  if (model === undefined) throw new Error('the base has no model');
  return { store, world: world.outputs, baseRun, base: model };
}
