/** Weights and moments of a run: as tensors while it trains, by name when it stops. */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import type { Tensors } from '../compile/tensor-function.ts';
import { packWeights, unpackWeights } from '../transformer/packed-weights.ts';
import type { ParameterLayout } from '../transformer/parameter-layout.ts';
import type { Weights, WeightTensor } from '../transformer/weights.ts';
import { type StateName, stateNames } from './training-step.ts';

/** Everything a run needs to go on bit for bit: order and rates follow from seed and step. */
export interface TrainingState {
  readonly step: number;
  /** `weights/…`, `firstMoment/…` and `secondMoment/…`, each followed by the tensor's name. */
  readonly tensors: ReadonlyMap<string, WeightTensor>;
}

export interface RunningState {
  readonly step: () => number;
  readonly tensors: () => Tensors<StateName>;
  /** Takes over new tensors and lets go of the old. */
  readonly replace: (step: number, tensors: Tensors<StateName>) => void;
  readonly dispose: () => void;
  /** What a trainer shows of it. */
  readonly access: {
    readonly state: () => TrainingState;
    readonly restore: (state: TrainingState) => void;
    readonly weights: () => Weights;
  };
}

/** Step 0: the weights given, moments zero. */
export function createState(tf: TensorFlow, layout: ParameterLayout, weights: Weights): RunningState {
  let step = 0;
  let tensors = fromArrays(tf, {
    weights: packWeights(layout, weights),
    firstMoment: new Float32Array(layout.size),
    secondMoment: new Float32Array(layout.size),
  });
  const dispose = () => tf.dispose(stateNames.map(name => tensors[name]));
  const replace = (next: number, moved: Tensors<StateName>) => {
    dispose();
    step = next;
    tensors = moved;
  };
  const unpacked = (name: StateName) => unpackWeights(layout, values(tensors[name]));
  const state = () => {
    const named = stateNames.flatMap(name =>
      [...unpacked(name)].map(([part, tensor]) => [`${name}/${part}`, tensor] as const),
    );
    return { step, tensors: new Map(named) };
  };
  const restore = (saved: TrainingState) => {
    const strange = [...saved.tensors.keys()].find(name => !stateNames.some(prefix => name.startsWith(`${prefix}/`)));
    if (strange !== undefined) throw new Error(`internal: a training state holds ${strange}`);
    const packed = (name: StateName) => packWeights(layout, withPrefix(saved.tensors, `${name}/`));
    const arrays = {
      weights: packed('weights'),
      firstMoment: packed('firstMoment'),
      secondMoment: packed('secondMoment'),
    };
    replace(saved.step, fromArrays(tf, arrays));
  };
  return {
    step: () => step,
    tensors: () => tensors,
    replace,
    dispose,
    access: { state, restore, weights: () => unpacked('weights') },
  };
}

function fromArrays(tf: TensorFlow, arrays: Readonly<Record<StateName, Float32Array>>): Tensors<StateName> {
  return {
    weights: tf.tensor1d(arrays.weights),
    firstMoment: tf.tensor1d(arrays.firstMoment),
    secondMoment: tf.tensor1d(arrays.secondMoment),
  };
}

function values(tensor: Tensor): Float32Array {
  const data = tensor.dataSync();
  if (!(data instanceof Float32Array)) throw new Error(`internal: a state of dtype ${tensor.dtype}`);
  return data;
}

function withPrefix(tensors: ReadonlyMap<string, WeightTensor>, prefix: string): Map<string, WeightTensor> {
  return new Map(
    [...tensors]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
}
