/** A pure function of tensors: the unit that is traced, cached and run. */
import type { Json } from '../../schemas/json.ts';
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';

export type Tensors<Name extends string> = Readonly<Record<Name, Tensor>>;

/**
 * What `run` gives depends on `options` and on the input tensors alone. On a graph backend it is run twice for every
 * new signature and never again: what JavaScript computes inside is fixed from then on, so learning rates, step counts
 * and random numbers are inputs. It may make tensors of host values, but neither read a tensor nor use one that is not
 * an input.
 */
export interface TensorFunction<Options extends Json, Input extends string, Output extends string> {
  /** Unique in the program. */
  readonly name: string;
  readonly inputs: readonly Input[];
  readonly outputs: readonly Output[];
  readonly run: (tf: TensorFlow, options: Options, inputs: Tensors<Input>) => Tensors<Output>;
}

/** Keeps the names' literal types of a declaration. */
export function defineTensorFunction<Options extends Json, const Input extends string, const Output extends string>(
  declaration: TensorFunction<Options, Input, Output>,
): TensorFunction<Options, Input, Output> {
  return declaration;
}

/** The tensors in the order of the names; throws where one is missing. */
export function tensorsInOrder(names: readonly string[], tensors: Readonly<Record<string, Tensor>>): Tensor[] {
  return names.map(name => {
    const tensor = tensors[name];
    if (tensor === undefined) throw new Error(`internal: no tensor ${name} was given`);
    return tensor;
  });
}

/** Names to tensors, in order. */
export function nameTensors<Name extends string>(names: readonly Name[], tensors: readonly Tensor[]): Tensors<Name> {
  const named: Record<string, Tensor> = {};
  for (const [index, name] of names.entries()) {
    const tensor = tensors[index];
    if (tensor !== undefined) named[name] = tensor;
  }
  return checkNames(names, named);
}

/** The record with its names known; throws where one is missing. */
export function checkNames<Name extends string>(
  names: readonly Name[],
  tensors: Readonly<Record<string, Tensor>>,
): Tensors<Name> {
  if (hasEvery(tensors, names)) return tensors;
  throw new Error(`internal: of ${names.join(', ')} only ${Object.keys(tensors).join(', ')} were given`);
}

function hasEvery<Name extends string>(
  named: Readonly<Record<string, Tensor>>,
  names: readonly Name[],
): named is Tensors<Name> {
  return names.every(name => named[name] !== undefined);
}
