/** A recorded graph loaded into TensorFlow: it runs as one native call. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NativeKernels } from '../backend/native-binding.ts';
import type { Tensor } from '../backend/tensorflow.ts';
import { servingTag } from './saved-model.ts';

export interface GraphSession {
  /** Inputs and outputs in the order they were recorded; outputs belong to the caller. Errors are TensorFlow's. */
  readonly run: (inputs: readonly Tensor[]) => Tensor[];
  readonly dispose: () => void;
}

/** How many tensors go in and come out. */
export interface Arity {
  readonly inputs: number;
  readonly outputs: number;
}

/** Loads the bytes of a SavedModel whose placeholders are `input_i` and whose results are `output_i`. */
export function loadGraph(kernels: NativeKernels, savedModel: Uint8Array, arity: Arity): GraphSession {
  const { binding } = kernels;
  const session = loadThroughFolder(kernels, savedModel);
  const inputNames = portNames('input', arity.inputs);
  const outputNames = portNames('output', arity.outputs);
  return {
    run: inputs => {
      const ids = kernels.getInputTensorIds(inputs);
      return binding.runSavedModel(session, ids, inputNames, outputNames).map(each => kernels.createOutputTensor(each));
    },
    dispose: () => binding.deleteSavedModel(session),
  };
}

/** The binding loads folders only. */
function loadThroughFolder({ binding }: NativeKernels, savedModel: Uint8Array): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-graph-'));
  try {
    writeFileSync(path.join(folder, 'saved_model.pb'), savedModel);
    return binding.loadSavedModel(folder, servingTag);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function portNames(kind: 'input' | 'output', count: number): string {
  return Array.from({ length: count }, (_, index) => `${kind}_${index}:0`).join(',');
}
