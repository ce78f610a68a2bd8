/** Weights by name to the one flat vector that models compute with, and back. */
import { elementCount, layoutParts, type ParameterLayout, type ParameterPart } from './parameter-layout.ts';
import type { Weights, WeightTensor } from './weights.ts';

/** Weights that do not fit the model they are said to be of. */
export class WeightsError extends Error {
  override readonly name = 'WeightsError';
  readonly failure = 'user';
}

/** Throws, naming tensors, unless names and shapes are exactly the layout's and every number is finite. */
export function checkWeights(layout: ParameterLayout, weights: Weights): void {
  const parts = layoutParts(layout);
  const known = new Set(parts.map(({ name }) => name));
  const missing = [...known].filter(name => !weights.has(name));
  const extra = [...weights.keys()].filter(name => !known.has(name));
  if (missing.length > 0 || extra.length > 0) throw new WeightsError(namesMessage(missing, extra));
  for (const part of parts) checkTensor(part, tensorOf(weights, part.name));
}

/** Tensors to the flat vector; throws as `checkWeights` does. */
export function packWeights(layout: ParameterLayout, weights: Weights): Float32Array {
  checkWeights(layout, weights);
  const flat = new Float32Array(layout.size);
  for (const { name, offset } of layoutParts(layout)) flat.set(tensorOf(weights, name).data, offset);
  return flat;
}

/** The flat vector as tensors, each with memory of its own. */
export function unpackWeights(layout: ParameterLayout, flat: Float32Array): Map<string, WeightTensor> {
  if (flat.length !== layout.size) throw new Error(`internal: ${flat.length} elements for a layout of ${layout.size}`);
  return new Map(
    layoutParts(layout).map(({ name, shape, offset }) => [
      name,
      { shape, data: flat.slice(offset, offset + elementCount(shape)) },
    ]),
  );
}

function tensorOf(weights: Weights, name: string): WeightTensor {
  const tensor = weights.get(name);
  if (tensor === undefined) throw new Error(`internal: ${name} was looked up and is gone`);
  return tensor;
}

function checkTensor({ name, shape }: ParameterPart, tensor: WeightTensor): void {
  if (tensor.shape.join() !== shape.join() || tensor.data.length !== elementCount(shape)) {
    throw new WeightsError(`${name} has shape [${tensor.shape.join(', ')}]; the config asks for [${shape.join(', ')}]`);
  }
  const bad = tensor.data.findIndex(value => !Number.isFinite(value));
  if (bad >= 0) throw new WeightsError(`${name} holds ${tensor.data[bad]} at element ${bad}`);
}

function namesMessage(missing: readonly string[], extra: readonly string[]): string {
  const said = [
    ...(missing.length > 0 ? [`lack ${listed(missing)}`] : []),
    ...(extra.length > 0 ? [`have ${listed(extra)}, which the config does not know`] : []),
  ];
  return `the weights ${said.join(' and ')}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
