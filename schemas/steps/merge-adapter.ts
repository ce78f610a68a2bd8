/** `merge-adapter`: a model with its adapter folded into the weights. */
import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';

export const mergeAdapter = defineStepKind({
  kind: 'merge-adapter',
  version: 1,
  summary: 'W + scale · B·A for every adapted projection.',
  weight: 'heavy',
  with: z.strictObject({}),
  seeds: [],
  in: {
    model: { kind: 'weights', summary: 'the model the adapter was trained on (another one is refused)' },
    adapter: { kind: 'weights', summary: 'the adapter' },
  },
  out: { model: { kind: 'weights', summary: 'the merged weights' } },
  metrics: {},
});
