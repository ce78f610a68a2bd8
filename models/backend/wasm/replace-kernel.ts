/** Puts a kernel of ours in front of a stock one of the wasm backend. */
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import type { TensorFlow } from '../tensorflow.ts';

type KernelArguments = Parameters<KernelFunc>[0];
type KernelResult = TensorInfo | TensorInfo[];

/** `kernel` gets the stock kernel, which it may call, and the arguments. */
export function replaceKernel(
  tf: TensorFlow,
  kernelName: string,
  kernel: (stock: (args: KernelArguments) => KernelResult, args: KernelArguments) => KernelResult,
): void {
  const stock = tf.getKernel(kernelName, 'wasm');
  if (stock === undefined) throw new Error(`internal: the wasm backend has no kernel ${kernelName}`);
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ ...stock, kernelFunc: args => kernel(stock.kernelFunc, args) });
}
