/** What a traced function must not do is an error, not a wrong graph. */
import { expect, test } from 'vitest';
import type { GraphBackend } from '../../../models/backend/backend.ts';
import type { Tensor, TensorFlow } from '../../../models/backend/tensorflow.ts';
import { compile, graphCount } from '../../../models/compile/compile.ts';
import { createGraphCache } from '../../../models/compile/graph-cache.ts';
import { recordGraph } from '../../../models/compile/recorder.ts';
import { encodeSavedModel } from '../../../models/compile/saved-model.ts';
import { defineTensorFunction } from '../../../models/compile/tensor-function.ts';
import { onBackends } from '../on-backends.ts';

/** One input, one output, under a name of its own. */
const functionOf = (name: string, run: (tf: TensorFlow, x: Tensor) => Tensor) =>
  defineTensorFunction({
    name: `trap-${name}`,
    inputs: ['x'],
    outputs: ['y'],
    run: (tf: TensorFlow, _options: Record<string, never>, { x }: { readonly x: Tensor }) => ({ y: run(tf, x) }),
  });

onBackends(['native'], backend => {
  const graphs = (): GraphBackend => {
    const loaded = backend();
    if (loaded.mode !== 'graph') throw new Error('the native backend runs no graphs here');
    return loaded;
  };
  /** The result on [1, 2, 3], as numbers. */
  const resultOf = (name: string, run: (tf: TensorFlow, x: Tensor) => Tensor) => {
    const { tf } = backend();
    return tf.tidy(() => [
      ...compile(backend(), functionOf(name, run), {})({ x: tf.tensor1d([1, 2, 3]) }).y.dataSync(),
    ]);
  };

  test('a value read inside is an error', () => {
    expect(() => resultOf('read', (_, x) => (x.sum().dataSync()[0]! > 0 ? x : x.neg()))).toThrow('was read inside');
  });

  test('a variable created inside is an error', () => {
    const { tf } = backend();
    const variables = new Set(Object.keys(tf.engine().registeredVariables));
    expect(() => resultOf('variable', (_, x) => x.add(tf.variable(tf.scalar(1))))).toThrow(
      'variable was created inside',
    );
    for (const [name, variable] of Object.entries(tf.engine().registeredVariables)) {
      if (!variables.has(name)) variable.dispose();
    }
  });

  test('random numbers and counters of JavaScript are an error', () => {
    let count = 0;
    expect(() => resultOf('counter', (_, x) => x.mul((count += 1)))).toThrow('two traces of trap-counter {} differ');
    expect(() => resultOf('random', (tf, x) => tf.dropout(x, 0.5))).toThrow('two traces of trap-random {} differ');
  });

  test('a tensor from outside that is no input is an error', () => {
    const { tf } = backend();
    const uploaded = tf.scalar(2);
    uploaded.add(1).dispose();
    const fresh = tf.scalar(2);
    expect(() => resultOf('captured', (_, x) => x.mul(uploaded))).toThrow('not among its inputs');
    expect(() => resultOf('captured-fresh', (_, x) => x.mul(fresh))).toThrow('not among its inputs');
    expect(() => resultOf('given-back', () => fresh)).toThrow('not among its inputs');
    tf.dispose([uploaded, fresh]);
  });

  test('an op that leaves attributes to be inferred is an error that names the op', () => {
    expect(() => resultOf('inferred', (_, x) => x.expandDims(0))).toThrow('ExpandDims');
  });

  test('an error inside leaves the backend as it was', () => {
    expect(() =>
      resultOf('throws', () => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(resultOf('after-throw', (_, x) => x.mul(2))).toEqual([2, 4, 6]);
  });

  test('an index out of range at run time is TensorFlow’s error, in a graph made with indices in range', () => {
    const { tf } = backend();
    const gather = defineTensorFunction({
      name: 'trap-gather',
      inputs: ['x', 'indices'],
      outputs: ['y'],
      run: (library, _options: Record<string, never>, { x, indices }) => ({ y: library.gather(x, indices) }),
    });
    tf.tidy(() => {
      const run = compile(backend(), gather, {});
      const x = tf.tensor1d([10, 20, 30]);
      expect([...run({ x, indices: tf.tensor1d([2, 0], 'int32') }).y.dataSync()]).toEqual([30, 10]);
      expect(() => run({ x, indices: tf.tensor1d([0, 7], 'int32') })).toThrow(/indices\[1\] = 7 is not in \[0, 3\)/);
    });
  });

  test('two recordings are equal byte for byte, and equal constants are stored once', () => {
    const { tf } = backend();
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
      const record = () =>
        recordGraph(graphs(), ([input]) => [input!.mul(3).add(3).mean(-1, true).mul(tf.scalar(3))], [x]).nodes;
      expect(Buffer.compare(encodeSavedModel(record()), encodeSavedModel(record()))).toBe(0);
      expect(record().map(({ name, op, input }) => `${name} = ${op}(${input.join(', ')})`)).toEqual([
        'input_0 = Placeholder()',
        'Const_1 = Const()',
        'Mul_2 = Mul(input_0, Const_1)',
        'Add_3 = Add(Mul_2, Const_1)',
        'Cast_4 = Cast(Add_3)',
        'Const_5 = Const()',
        'Mean_6 = Mean(Cast_4, Const_5)',
        'Mul_7 = Mul(Mean_6, Const_1)',
        'output_0 = Identity(Mul_7)',
      ]);
    });
  });

  test('a graph is made once for each signature and set of options', () => {
    const { tf } = backend();
    const scaled = defineTensorFunction({
      name: 'trap-count',
      inputs: ['x'],
      outputs: ['y'],
      run: (_tf, { by }: { readonly by: number }, { x }) => ({ y: x.mul(by) }),
    });
    const before = graphCount(graphs()).made;
    tf.tidy(() => {
      for (const by of [2, 3, 2]) {
        for (const length of [1, 2, 1]) compile(backend(), scaled, { by })({ x: tf.ones([length]) });
      }
    });
    expect(graphCount(graphs()).made - before).toBe(4);
  });
});

test('the least recently used graph is dropped and freed when there are too many', () => {
  const disposed: string[] = [];
  const cache = createGraphCache(2);
  const get = (key: string) => cache.get(key, () => ({ run: () => [], dispose: () => disposed.push(key) }));
  for (const key of ['a', 'b', 'a', 'c', 'a']) get(key);
  expect(disposed).toEqual(['b']);
  expect(cache.count()).toEqual({ loaded: 2, made: 3 });
  get('b');
  expect(disposed).toEqual(['b', 'c']);
  cache.dispose();
  expect(disposed.toSorted()).toEqual(['a', 'b', 'b', 'c']);
});
