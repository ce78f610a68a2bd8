/**
 * The parts of tfjs-node 4.22.0 that running graphs leans on. They are private there, so they are named here once and
 * checked when the library is loaded; only that exact version is accepted.
 */
import type { Tensor, TensorInfo } from './tensorflow.ts';

/** Which op attribute an entry is: one of the binding's TF_ATTR_… numbers. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** What the binding says of a tensor it made: its handle, and its dtype as one of the TF_… numbers. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

export type TensorValues = Float32Array | Int32Array | Uint8Array | BigInt64Array;

export interface NativeBinding {
  readonly executeOp: (
    op: string,
    attributes: readonly OpAttribute[],
    inputIds: readonly number[],
    outputs: number,
  ) => readonly TensorMetadata[];
  readonly createTensor: (shape: readonly number[], dtype: number, values: TensorValues) => number;
  readonly tensorDataSync: (id: number) => TensorValues;
  readonly loadSavedModel: (folder: string, tags: string) => number;
  readonly deleteSavedModel: (session: number) => void;
  /** Names are joined by commas. */
  readonly runSavedModel: (
    session: number,
    inputIds: readonly number[],
    inputNames: string,
    outputNames: string,
  ) => readonly TensorMetadata[];
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_INT64: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

/** `tf.backend()` of tfjs-node. The recorder puts its own functions in place of some members while it traces. */
export interface NativeKernels {
  binding: NativeBinding;
  getInputTensorIds: (tensors: readonly object[]) => number[];
  /** Takes charge of values that the host gives; every new tensor made of host values passes through it. */
  move: (dataId: object, ...data: readonly unknown[]) => void;
  readonly createOutputTensor: (metadata: TensorMetadata) => Tensor;
  readonly executeSingleOutput: (
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
  ) => Tensor;
  readonly typeAttributeFromTensor: (tensor: TensorInfo) => number;
  readonly tensorMap: {
    readonly has: (dataId: object) => boolean;
    readonly get: (dataId: object) => {
      readonly id: number;
      readonly shape: readonly number[];
      readonly dtype: number;
    };
  };
}

const bindingFunctions = [
  'executeOp',
  'createTensor',
  'tensorDataSync',
  'loadSavedModel',
  'deleteSavedModel',
  'runSavedModel',
];
const bindingNumbers = ['TF_FLOAT', 'TF_INT32', 'TF_BOOL', 'TF_INT64'].concat(
  ['STRING', 'INT', 'FLOAT', 'BOOL', 'TYPE', 'SHAPE'].map(type => `TF_ATTR_${type}`),
);
const kernelFunctions = [
  'getInputTensorIds',
  'move',
  'createOutputTensor',
  'executeSingleOutput',
  'typeAttributeFromTensor',
];

/** Whether the object has every private part named above. */
export function isNativeKernels(value: unknown): value is NativeKernels {
  if (!hasMembers(value, kernelFunctions, 'function') || !hasMembers(value, ['binding', 'tensorMap'], 'object')) {
    return false;
  }
  const { binding, tensorMap } = value;
  return (
    hasMembers(binding, bindingFunctions, 'function') &&
    hasMembers(binding, bindingNumbers, 'number') &&
    hasMembers(binding, ['TF_Version'], 'string') &&
    hasMembers(tensorMap, ['has', 'get'], 'function')
  );
}

function hasMembers<Name extends string>(
  value: unknown,
  names: readonly Name[],
  type: 'function' | 'number' | 'object' | 'string',
): value is Readonly<Record<Name, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  return names.every(name => typeof Reflect.get(value, name) === type);
}
