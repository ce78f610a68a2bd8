/**
 * The wasm backend's matrix product by a kernel of our own. The stock one is fast for plain products of two matrices
 * only; batched and transposed ones, which are most of a training step, run there as a scalar loop.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorFlow, TensorInfo } from '../tensorflow.ts';
import { matmulModule } from './matmul-module.ts';
import { replaceKernel } from './replace-kernel.ts';

/** Registers it. Products that broadcast over batches, and empty ones, stay with the stock kernel. */
export function registerWasmMatmul(tf: TensorFlow, backend: BackendWasm): void {
  const product = loadProduct(backend);
  replaceKernel(tf, tf.BatchMatMul, (stock, args) => {
    const { a, b } = args.inputs;
    if (a === undefined || b === undefined) throw new Error('internal: a matrix product was called without its inputs');
    const shape = productShape(a, b, { a: args.attrs?.transposeA === true, b: args.attrs?.transposeB === true });
    return shape === undefined ? stock(args) : product(a, b, shape);
  });
}

interface ProductShape {
  readonly batches: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly transposed: { readonly a: boolean; readonly b: boolean };
}

function productShape(a: TensorInfo, b: TensorInfo, transposed: ProductShape['transposed']): ProductShape | undefined {
  const batches = a.shape.slice(0, -2);
  const [rows = 0, depth = 0] = matrixShape(a, transposed.a);
  const [, columns = 0] = matrixShape(b, transposed.b);
  const fits = batches.join() === b.shape.slice(0, -2).join() && a.dtype === 'float32' && b.dtype === 'float32';
  const isEmpty = batches.includes(0) || rows * depth * columns === 0;
  return fits && !isEmpty ? { batches, rows, columns, depth, transposed } : undefined;
}

/** [rows, columns] after transposition. */
function matrixShape({ shape }: TensorInfo, transposed: boolean): number[] {
  const [rows = 0, columns = 0] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}

function loadProduct(backend: BackendWasm): (a: TensorInfo, b: TensorInfo, shape: ProductShape) => TensorInfo {
  const matmul = instantiate(backend);
  const scratch = createScratch(backend);
  const address = ({ dataId }: TensorInfo) => backend.getMemoryOffset(dataId);
  return (a, b, { batches, rows, columns, depth, transposed }) => {
    const output = backend.makeOutput([...batches, rows, columns], 'float32');
    const addresses = [a, b, output, scratch(32 + 8 * depth)].map(address);
    const batch = batches.reduce((product, size) => product * size, 1);
    // In floats: from row to row and from step to step along the summed axis, and from matrix to matrix.
    const aStrides = [...(transposed.a ? [1, rows] : [depth, 1]), rows * depth];
    const bStrides = [...(transposed.b ? [1, depth] : [columns, 1]), depth * columns];
    matmul(...addresses, batch, rows, columns, depth, ...[...aStrides, ...bStrides].map(floats => 4 * floats));
    return output;
  };
}

/** The parts used of what every JavaScript engine has; Node's types leave WebAssembly to those of browsers. */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number }) => object;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

function instantiate(backend: BackendWasm): (...numbers: number[]) => void {
  const exported: unknown = Reflect.get(backend.wasm, 'asm');
  const memory: unknown =
    typeof exported === 'object' && exported !== null ? Reflect.get(exported, 'memory') : undefined;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('the wasm backend does not show its memory');
  const module = new WebAssembly.Module(Buffer.from(matmulModule, 'base64'));
  const { matmul } = new WebAssembly.Instance(module, { tfjs: { memory } }).exports;
  if (typeof matmul !== 'function') throw new Error('internal: the wasm kernel exports no matmul');
  return (...numbers) => {
    matmul(...numbers);
  };
}

/** One tensor of scratch memory, made anew when a deeper product asks for more floats. */
function createScratch(backend: BackendWasm): (floats: number) => TensorInfo {
  let scratch = backend.makeOutput([1024], 'float32');
  return floats => {
    if (floats > (scratch.shape[0] ?? 0)) {
      backend.disposeData(scratch.dataId);
      scratch = backend.makeOutput([floats], 'float32');
    }
    return scratch;
  };
}
