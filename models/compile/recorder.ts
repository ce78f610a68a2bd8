/**
 * Records the ops that a function of tensors executes on tfjs-node as the nodes of a TensorFlow graph. While it records,
 * the function really runs, and what it would have asked of the binding passes through here.
 */
import type { GraphBackend } from '../backend/backend.ts';
import type {
  NativeBinding,
  NativeKernels,
  OpAttribute,
  TensorMetadata,
  TensorValues,
} from '../backend/native-binding.ts';
import type { Tensor } from '../backend/tensorflow.ts';
import { attributeValue, constantValue, shapeValue } from './attribute-value.ts';
import { type AttributeValue, encodeAttribute, type GraphNode } from './saved-model.ts';

export interface RecordedGraph {
  /** In the order of execution; input number i is the placeholder `input_i`, output number i the node `output_i`. */
  readonly nodes: readonly GraphNode[];
}

/** Throws when `run` reads a tensor, makes a variable, or uses a tensor that is not among `inputs`. */
export function recordGraph(
  backend: GraphBackend,
  run: (inputs: Tensor[]) => readonly Tensor[],
  inputs: readonly Tensor[],
): RecordedGraph {
  const { tf, kernels } = backend;
  const engine = tf.engine();
  const variables = Object.keys(engine.registeredVariables).length;
  const recording = new Recording(kernels);
  // Not returned from tidy, which would look for tensors in every node.
  tf.tidy(() => {
    // Two inputs may share one native tensor; copies have one each.
    const copies = inputs.map(input => tf.tensor(input.dataSync(), input.shape, input.dtype));
    recording.addInputs(copies);
    recording.whileRecording(() => recording.addOutputs(run(copies)));
  });
  if (Object.keys(engine.registeredVariables).length > variables) {
    throw new Error('internal: a variable was created inside a traced function; pass its value in and out');
  }
  return { nodes: recording.nodes };
}

interface HostValues {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

class Recording {
  readonly nodes: GraphNode[] = [];
  readonly #kernels: NativeKernels;
  readonly #binding: NativeBinding;
  /** The graph's name for each native tensor that a node made. */
  readonly #names = new Map<number, string>();
  /** Native tensors made of host values; each becomes a constant when it is first used. */
  readonly #hostValues = new Map<number, HostValues>();
  readonly #constants = new Map<string, string>();
  /** Data of tensors made of host values while recording. */
  readonly #written = new WeakSet<object>();

  constructor(kernels: NativeKernels) {
    this.#kernels = kernels;
    this.#binding = kernels.binding;
  }

  addInputs(inputs: readonly Tensor[]): void {
    const ids = this.#kernels.getInputTensorIds(inputs);
    for (const [index, input] of inputs.entries()) {
      const dtype = { type: this.#kernels.typeAttributeFromTensor(input) };
      const name = this.#addNode(
        'Placeholder',
        { dtype, shape: { shape: shapeValue(input.shape) } },
        [],
        `input_${index}`,
      );
      this.#setName(ids[index], name);
    }
  }

  /** A graph gives back neither its inputs nor one node twice, so every output is a node of its own. */
  addOutputs(outputs: readonly Tensor[]): void {
    const ids = this.#kernels.getInputTensorIds(outputs);
    for (const [index, output] of outputs.entries()) {
      const dtype = { type: this.#kernels.typeAttributeFromTensor(output) };
      this.#addNode('Identity', { T: dtype }, [this.#nameOf(ids[index])], `output_${index}`);
    }
  }

  whileRecording(run: () => void): void {
    const kernels = this.#kernels;
    const { binding, getInputTensorIds, move } = kernels;
    kernels.binding = this.#recordingBinding();
    kernels.move = (dataId, ...data) => {
      this.#written.add(dataId);
      move.call(kernels, dataId, ...data);
    };
    kernels.getInputTensorIds = tensors => {
      for (const tensor of tensors) this.#refuseCaptured(tensor);
      return getInputTensorIds.call(kernels, tensors);
    };
    try {
      run();
    } finally {
      Object.assign(kernels, { binding, getInputTensorIds, move });
    }
  }

  /** The binding with three functions replaced; everything else is inherited. */
  #recordingBinding(): NativeBinding {
    const binding = this.#binding;
    const replaced = {
      createTensor: (shape: readonly number[], dtype: number, values: TensorValues) => {
        const id = binding.createTensor(shape, dtype, values);
        this.#hostValues.set(id, { dtype, shape, values: elements(binding, dtype, values) });
        return id;
      },
      executeOp: (op: string, attributes: readonly OpAttribute[], inputIds: readonly number[], outputs: number) => {
        const results = binding.executeOp(op, attributes, inputIds, outputs);
        this.#addOp(op, attributes, inputIds, results);
        return results;
      },
      tensorDataSync: (): never => {
        throw new Error('internal: the value of a tensor was read inside a traced function');
      },
    };
    const recording: NativeBinding = Object.create(binding, Object.getOwnPropertyDescriptors(replaced));
    return recording;
  }

  #addOp(
    op: string,
    attributes: readonly OpAttribute[],
    inputIds: readonly number[],
    results: readonly TensorMetadata[],
  ): void {
    const values = attributes.map(each => [each.name, attributeValue(this.#binding, op, each)] as const);
    const name = this.#addNode(
      op,
      Object.fromEntries(values),
      inputIds.map(id => this.#nameOf(id)),
    );
    for (const [index, { id }] of results.entries()) this.#names.set(id, index === 0 ? name : `${name}:${index}`);
  }

  #addNode(
    op: string,
    attr: Readonly<Record<string, AttributeValue>>,
    input: readonly string[],
    name = `${op}_${this.nodes.length}`,
  ): string {
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  #nameOf(id: number | undefined): string {
    const name = id === undefined ? undefined : this.#names.get(id);
    if (name !== undefined) return name;
    const host = id === undefined ? undefined : this.#hostValues.get(id);
    if (host === undefined) throw new Error('internal: a traced op used a tensor that no recorded op made');
    const constant = this.#constantOf(host);
    this.#setName(id, constant);
    return constant;
  }

  /** Gradients make many small equal constants (axes, shapes, ones): those are stored once. */
  #constantOf({ dtype, shape, values }: HostValues): string {
    const value = constantValue(dtype, shape, values);
    const bytes = encodeAttribute(value);
    const key = bytes.length <= 128 ? Buffer.from(bytes).toString('latin1') : undefined;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.#addNode('Const', { dtype: { type: dtype }, value }, []);
    if (key !== undefined) this.#constants.set(key, name);
    return name;
  }

  #setName(id: number | undefined, name: string): void {
    if (id === undefined) throw new Error('internal: a tensor has no native handle');
    this.#names.set(id, name);
  }

  #refuseCaptured(tensor: object): void {
    // Int64 scalars, which carry no data key, are made anew for every op.
    if (!('dataId' in tensor) || typeof tensor.dataId !== 'object' || tensor.dataId === null) return;
    const { dataId } = tensor;
    if (this.#written.has(dataId) || this.#names.has(this.#kernels.tensorMap.get(dataId).id)) return;
    throw new Error('internal: a traced function used a tensor that is not among its inputs');
  }
}

/** A copy of host values with the element type of their dtype. */
function elements(binding: NativeBinding, dtype: number, values: TensorValues): TensorValues {
  // An int64 scalar arrives as its two halves.
  if (dtype === binding.TF_INT64) return new BigInt64Array(Int32Array.from(values, Number).buffer);
  if (dtype === binding.TF_FLOAT) return Float32Array.from(values, Number);
  if (dtype === binding.TF_INT32) return Int32Array.from(values, Number);
  if (dtype === binding.TF_BOOL) return Uint8Array.from(values, Number);
  throw new Error(`internal: a constant of dtype ${dtype} has no graph form yet`);
}
