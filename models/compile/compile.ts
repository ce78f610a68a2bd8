/**
 * Runs tensor functions on a backend: as one native call per signature where it runs graphs, op by op elsewhere. Both
 * ways have one interface; a result belongs to the caller and to the tidy scope of the call.
 */
import { canonicalJson, type Json } from '../../schemas/json.ts';
import type { Backend, GraphBackend } from '../backend/backend.ts';
import type { Tensor } from '../backend/tensorflow.ts';
import { createGraphCache, type GraphCache } from './graph-cache.ts';
import { type GraphSession, loadGraph } from './graph-session.ts';
import { recordGraph } from './recorder.ts';
import { encodeSavedModel } from './saved-model.ts';
import { nameTensors, type TensorFunction, type Tensors, tensorsInOrder } from './tensor-function.ts';

/** The function ready to run: it reuses graphs that any earlier call in this process has made. */
export function compile<Options extends Json, Input extends string, Output extends string>(
  backend: Backend,
  declaration: TensorFunction<Options, Input, Output>,
  options: Options,
): (inputs: Tensors<Input>) => Tensors<Output> {
  const { tf } = backend;
  checkActive(backend);
  const run = (inputs: readonly Tensor[]) =>
    tensorsInOrder(declaration.outputs, declaration.run(tf, options, nameTensors(declaration.inputs, inputs)));
  const runInOrder =
    backend.mode === 'graph'
      ? runAsGraph(backend, { key: functionKey(declaration, options), outputs: declaration.outputs.length, run })
      : // A function may give back an input; a clone has a life of its own, as a graph's output has.
        (inputs: readonly Tensor[]) => tf.tidy(() => run(inputs).map(output => output.clone()));
  return inputs => nameTensors(declaration.outputs, runInOrder(tensorsInOrder(declaration.inputs, inputs)));
}

/** Graphs loaded now, and made since the process began, on this backend. */
export function graphCount(backend: GraphBackend): { readonly loaded: number; readonly made: number } {
  return cacheOf(backend).count();
}

/** Copies of the library share one engine, and that engine has one active backend. */
function checkActive({ name, tf }: Backend): void {
  const active = tf.getBackend();
  if (active !== (name === 'native' ? 'tensorflow' : name)) {
    throw new Error(`internal: the active backend is ${active}; ${name} was loaded before it`);
  }
}

interface OrderedFunction {
  readonly key: string;
  readonly outputs: number;
  readonly run: (inputs: readonly Tensor[]) => Tensor[];
}

function runAsGraph(backend: GraphBackend, { key, outputs, run }: OrderedFunction) {
  const cache = cacheOf(backend);
  return (inputs: readonly Tensor[]): Tensor[] => {
    const signature = inputs.map(({ dtype, shape }) => `${dtype}[${shape.join(',')}]`).join(' ');
    const make = () => makeGraph(backend, { key, outputs, run }, inputs);
    return cache.get(`${key} ${signature}`, make).run(inputs);
  };
}

/** Records twice: what differs was computed in JavaScript from something that changes, and would be frozen in the graph. */
function makeGraph(
  backend: GraphBackend,
  { key, outputs, run }: OrderedFunction,
  inputs: readonly Tensor[],
): GraphSession {
  const [first, second] = [0, 1].map(() => encodeSavedModel(recordGraph(backend, run, inputs).nodes));
  if (first === undefined || second === undefined || Buffer.compare(first, second) !== 0) {
    throw new Error(
      `internal: two traces of ${key} differ: it uses a host value that changes (a random number, a counter); make it an input`,
    );
  }
  return loadGraph(backend.kernels, second, { inputs: inputs.length, outputs });
}

/** Functions by name: two of one name would share graphs. */
const declared = new Map<string, unknown>();

function functionKey(declaration: { readonly name: string; readonly run: unknown }, options: Json): string {
  const { name, run } = declaration;
  if ((declared.get(name) ?? run) !== run) throw new Error(`internal: two tensor functions are called ${name}`);
  declared.set(name, run);
  return `${name} ${canonicalJson(options)}`;
}

/** Each holds about 4 MB (measured on a model of 43,000 parameters), and is given back when it is dropped. */
const loadedGraphs = 64;
const caches = new WeakMap<object, GraphCache>();

function cacheOf(backend: GraphBackend): GraphCache {
  const cache = caches.get(backend.kernels) ?? createGraphCache(loadedGraphs);
  caches.set(backend.kernels, cache);
  return cache;
}
