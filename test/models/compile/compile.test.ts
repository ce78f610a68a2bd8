/** Tensor functions: the same results and the same manners on every backend. */
import { describe, expect, test } from 'vitest';
import { compile } from '../../../models/compile/compile.ts';
import { defineTensorFunction } from '../../../models/compile/tensor-function.ts';
import { allBackends, eagerly, onBackends } from '../on-backends.ts';
import { largestDifference } from '../toy-model.ts';

const mixed = defineTensorFunction({
  name: 'test-mixed',
  inputs: ['a', 'b'],
  outputs: ['sum', 'gradient', 'unchanged', 'constant', 'twice'],
  run: (tf, { factor }: { readonly factor: number }, { a, b }) => {
    const { grad } = tf.valueAndGrad(x => tf.softmax(tf.matMul(x, b).mul(factor)).square().sum())(a);
    const sum = a.add(b);
    return { sum, gradient: grad, unchanged: a, constant: tf.tensor1d([1, factor]), twice: sum };
  },
});

onBackends(allBackends, backend => {
  const matrices = () => {
    const { tf } = backend();
    return { a: tf.tensor2d([1, -2, 0.5, 4], [2, 2]), b: tf.tensor2d([0.1, 0.2, 0.3, -0.4], [2, 2]) };
  };

  test('a function gives what its ops give one by one', () => {
    const { tf } = backend();
    tf.tidy(() => {
      const inputs = matrices();
      const outputs = compile(backend(), mixed, { factor: 1.5 })(inputs);
      const expected = compile(eagerly(backend()), mixed, { factor: 1.5 })(inputs);
      for (const name of mixed.outputs) {
        expect(outputs[name].shape).toEqual(expected[name].shape);
        expect(largestDifference(outputs[name].dataSync(), expected[name].dataSync()), name).toBeLessThan(1e-6);
      }
      expect([...outputs.unchanged.dataSync()]).toEqual([1, -2, 0.5, 4]);
      expect([...outputs.constant.dataSync()]).toEqual([1, 1.5]);
    });
  });

  test('results are bit for bit the same on every call', () => {
    const { tf } = backend();
    tf.tidy(() => {
      const run = compile(backend(), mixed, { factor: 1.5 });
      const [first, second] = [run(matrices()), run(matrices())];
      expect([...first.gradient.dataSync()]).toEqual([...second.gradient.dataSync()]);
    });
  });

  test('outputs outlive inputs, and disposing one output leaves the others', () => {
    const { tf } = backend();
    const inputs = matrices();
    const outputs = compile(backend(), mixed, { factor: 2 })(inputs);
    tf.dispose(inputs);
    outputs.sum.dispose();
    expect([...outputs.unchanged.dataSync()]).toEqual([1, -2, 0.5, 4]);
    expect([...outputs.twice.dataSync()].map(value => Math.round(value * 10))).toEqual([11, -18, 8, 36]);
    tf.dispose([outputs.gradient, outputs.unchanged, outputs.constant, outputs.twice]);
  });

  test('one tensor may be given twice, and inputs of another shape are another signature', () => {
    const { tf } = backend();
    tf.tidy(() => {
      const subtract = compile(backend(), difference, {});
      const x = tf.tensor1d([1, 2, 3]);
      expect([...subtract({ a: x, b: x }).result.dataSync()]).toEqual([-1, -2, -3]);
      expect([...subtract({ a: x, b: tf.tensor1d([0, 1, 2]) }).result.dataSync()]).toEqual([1, 0, -1]);
      expect([...subtract({ a: tf.tensor1d([7]), b: tf.tensor1d([1]) }).result.dataSync()]).toEqual([5]);
    });
  });

  test('a call without one of the inputs is refused', () => {
    const { tf } = backend();
    const x = tf.tensor1d([1]);
    const incomplete = { a: x } as unknown as { a: typeof x; b: typeof x };
    expect(() => compile(backend(), difference, {})(incomplete)).toThrow('internal: no tensor b was given');
    x.dispose();
  });

  test('a second function of one name is refused where graphs are kept by name', () => {
    const other = defineTensorFunction({ ...difference, run: (_tf, _options, { a }) => ({ result: a }) });
    compile(backend(), difference, {});
    if (backend().mode === 'graph') {
      expect(() => compile(backend(), other, {})).toThrow('two tensor functions are called test-difference');
    }
  });
});

/** a − 2b */
const difference = defineTensorFunction({
  name: 'test-difference',
  inputs: ['a', 'b'],
  outputs: ['result'],
  run: (_tf, _options: Record<string, never>, { a, b }) => ({ result: a.sub(b.mul(2)) }),
});

describe('another backend than the active one', () => {
  onBackends(['wasm'], wasm => {
    onBackends(['cpu'], () => {
      test('is refused', () => {
        expect(() => compile(wasm(), difference, {})).toThrow('the active backend is cpu');
      });
    });
  });
});
