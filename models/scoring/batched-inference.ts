/** Runs a tensor function of a model over many sequences, in batches of a few fixed shapes. */
import type { Json } from '../../schemas/json.ts';
import type { Backend } from '../backend/backend.ts';
import type { Tensor } from '../backend/tensorflow.ts';
import { type BatchShape, paddedSize, planBatchShapes } from '../batch/batch-shape.ts';
import { assembleBatch, type BatchRow, batchTensors, neededShape } from '../batch/batch.ts';
import { compile } from '../compile/compile.ts';
import { checkNames, type TensorFunction } from '../compile/tensor-function.ts';
import { checkTokens } from '../text/check-tokens.ts';
import type { ModelConfig } from '../transformer/model-config.ts';
import { modelLayout } from '../transformer/model-layout.ts';
import { packWeights } from '../transformer/packed-weights.ts';
import type { Weights } from '../transformer/weights.ts';

export interface ScoredModel {
  readonly config: ModelConfig;
  readonly weights: Weights;
}

export interface Inference<Options extends Json, Input extends string, Output extends string> {
  /** Its inputs are `weights`, the flat vector of the model, and tensors of a batch. */
  readonly declaration: TensorFunction<Options, Input, Output>;
  readonly options: Options;
  readonly rows: readonly BatchRow[];
}

/** What came out for one batch. */
export interface BatchResult<Output extends string> {
  /** The elements of an output, row-major. */
  readonly valuesOf: (output: Output) => Float32Array;
  /** Which row each row of the batch was; the last one is repeated to fill the batch. */
  readonly rows: readonly number[];
  /** Places per row. */
  readonly slots: number;
}

/** Rows in a batch: large enough that the cost of a call does not show, small enough for wide vocabularies. */
const rowsPerBatch = 64;

/** Gives every batch's result to `receive`; rows come ordered by length. */
export function inferInBatches<Options extends Json, Input extends string, Output extends string>(
  backend: Backend,
  { config, weights }: ScoredModel,
  { declaration, options, rows }: Inference<Options, Input, Output>,
  receive: (result: BatchResult<Output>) => void,
): void {
  if (rows.length === 0) return;
  checkTokens(config, rows);
  const { tf } = backend;
  const run = compile(backend, declaration, options);
  const flat = tf.tensor1d(packWeights(modelLayout(config), weights));
  try {
    for (const { indices, rows: batch, shape } of planInference(rows)) {
      // Nothing is given back from tidy: all tensors of the batch are let go.
      tf.tidy(() => {
        const given = batchTensors(tf, assembleBatch(batch, shape));
        const outputs = run(checkNames(declaration.inputs, { weights: flat, ...given }));
        receive({ valuesOf: output => floats(outputs[output]), rows: indices, slots: shape.slots });
      });
    }
  } finally {
    flat.dispose();
  }
}

interface PlannedBatch {
  readonly indices: readonly number[];
  readonly rows: readonly BatchRow[];
  readonly shape: BatchShape;
}

/** Batches of one size, cut from the rows ordered by length. */
function planInference(rows: readonly BatchRow[]): PlannedBatch[] {
  const ordered = [...rows.entries()].sort(([, a], [, b]) => a.tokens.length - b.tokens.length);
  const size = Math.min(rowsPerBatch, paddedSize(rows.length));
  const batches = Array.from({ length: Math.ceil(rows.length / size) }, (_, batch) =>
    Array.from({ length: size }, (_place, place) => ordered[Math.min(batch * size + place, rows.length - 1)]).filter(
      entry => entry !== undefined,
    ),
  );
  const shapes = planBatchShapes(batches.map(batch => neededShape(batch.map(([, row]) => row))));
  return batches.map((batch, at) => {
    const shape = shapes[at];
    if (shape === undefined) throw new Error(`internal: batch ${at} has no shape`);
    return { indices: batch.map(([index]) => index), rows: batch.map(([, row]) => row), shape };
  });
}

function floats(tensor: Tensor): Float32Array {
  const values = tensor.dataSync();
  if (!(values instanceof Float32Array)) throw new Error(`internal: an output of dtype ${tensor.dtype}`);
  return values;
}
