/** Models as artifacts: weights with config, tokenizer, chat template and training history in their metadata. */
import { type ModelText, modelText } from '../../models/text/model-text.ts';
import { type Model, modelFromMetadata, modelMetadata } from '../../models/transformer/model.ts';
import type { Artifact } from '../../schemas/artifact.ts';
import { CellFailure } from '../cell-failure.ts';
import type { Weights } from '../../store/safetensors/weights.ts';
import type { CellContext, TableSource } from '../step-body.ts';
import { readHistory, writeHistory } from './history.ts';

export interface LoadedModel {
  readonly model: Model;
  readonly text: ModelText;
  /** Tables it was trained on, in any stage. */
  readonly history: readonly TableSource[];
}

/** The model at a port; weights that are no model of ours, or not whole, are a `CellFailure` that says what is wrong. */
export function readModel({ tensors, metadata }: Weights, port: string): LoadedModel {
  try {
    const model = modelFromMetadata(tensors, metadata);
    return { model, text: modelText(model), history: readHistory(metadata) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CellFailure('user', `the weights at \`${port}\` are no model that can be used here: ${message}`, {
      cause: error,
    });
  }
}

/** Metadata of a model trained further on `sources`. */
export function trainedMetadata(
  model: Omit<Model, 'weights'>,
  history: readonly TableSource[],
): Record<string, string> {
  return { ...modelMetadata(model), ...writeHistory(history) };
}

export async function storeModel(
  cell: Pick<CellContext, 'writeWeights'>,
  model: Model,
  history: readonly TableSource[],
): Promise<Artifact> {
  return cell.writeWeights({ tensors: model.weights, metadata: trainedMetadata(model, history) });
}
