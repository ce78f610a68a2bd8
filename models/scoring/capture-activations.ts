/** Hidden states of a model on given sequences. */
import type { Backend } from '../backend/backend.ts';
import type { Tensor } from '../backend/tensorflow.ts';
import { batchNames } from '../batch/batch.ts';
import { defineTensorFunction } from '../compile/tensor-function.ts';
import { type Example, targetPositions } from '../text/example.ts';
import { TextError } from '../text/text-error.ts';
import { forward } from '../transformer/forward.ts';
import { gatherRows } from '../transformer/gather-rows.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { checkLayers, layerPrefix, modelLayout } from '../transformer/model-layout.ts';
import { splitParameters } from '../transformer/parameter-layout.ts';
import { inferInBatches, type ScoredModel } from './batched-inference.ts';

export interface CaptureOptions {
  /** Blocks after which the residual stream is taken, from 0. */
  readonly layers: readonly number[];
  /** At the last token of the sequence, or the mean over its target tokens. */
  readonly position: 'last' | 'mean-of-targets';
}

/** [sequences, layers, width], row-major. */
export interface Activations {
  readonly data: Float32Array;
  readonly shape: readonly [number, number, number];
}

/** Throws a LayerError on a layer that the model has not, a TextError where a mean is asked of a row without targets. */
export function captureActivations(
  backend: Backend,
  model: ScoredModel,
  examples: readonly Example[],
  { layers, position }: CaptureOptions,
): Activations {
  const { hidden_size: width } = model.config;
  checkLayers(model.config, layers);
  const rows = examples.map((example, index) => {
    const positions = position === 'last' ? [example.tokens.length - 1] : targetPositions(example);
    if (positions.length === 0) {
      throw new TextError('no-targets', 'it has no targets to take the mean of', { row: index });
    }
    return { tokens: example.tokens, positions, targets: [] };
  });
  const size = layers.length * width;
  const data = new Float32Array(examples.length * size);
  const inference = { declaration: meanActivations, options: { config: model.config, layers }, rows };
  inferInBatches(backend, model, inference, ({ valuesOf, rows: batch }) => {
    const values = valuesOf('activations');
    for (const [place, row] of batch.entries()) data.set(values.subarray(place * size, (place + 1) * size), row * size);
  });
  return { data, shape: [examples.length, layers.length, width] };
}

type CaptureFunctionOptions = { readonly config: ModelConfig; readonly layers: readonly number[] };

const meanActivations = defineTensorFunction({
  name: 'mean-activations',
  inputs: ['weights', ...batchNames],
  outputs: ['activations'],
  run: (tf, { config, layers }: CaptureFunctionOptions, { weights, tokens, positions, targetWeights }) => {
    const parameters = splitParameters(tf, modelLayout(config), weights);
    const streams = new Map<string, Tensor>();
    const atSite = (site: string, value: Tensor) => {
      streams.set(site, value);
      return value;
    };
    forward(tf, config, { parameters, tokens }, { atSite });
    const rows = tokens.shape[0] ?? 0;
    const shares = targetWeights.reshape([rows, -1, 1]);
    const means = layers.map(layer => {
      const stream = streams.get(layerPrefix(layer).slice(0, -1));
      if (stream === undefined) throw new Error(`internal: layer ${layer} gave nothing`);
      const taken = gatherRows(tf, stream, positions).reshape([rows, -1, config.hidden_size]);
      return taken.mul(shares).sum(1).div(shares.sum(1));
    });
    return { activations: tf.stack(means, 1) };
  },
});
