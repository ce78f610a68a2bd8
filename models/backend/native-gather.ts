/**
 * The native kernel of `tf.gather` without the range check that tfjs-node makes in JavaScript: that check reads the
 * indices back to the host, which no traced function may do. TensorFlow's own CPU kernel checks the range again.
 */
import type { NativeKernels } from './native-binding.ts';
import type { TensorFlow } from './tensorflow.ts';

export function registerNativeGather(tf: TensorFlow, kernels: NativeKernels): void {
  tf.unregisterKernel(tf.GatherV2, 'tensorflow');
  tf.registerKernel({
    kernelName: tf.GatherV2,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs: { x, indices }, attrs = {} }) => {
      const { axis, batchDims } = attrs;
      if (x === undefined || indices === undefined || typeof axis !== 'number' || typeof batchDims !== 'number') {
        throw new Error('internal: gather was called without its inputs or attributes');
      }
      const { TF_ATTR_INT, TF_ATTR_TYPE, TF_INT32 } = kernels.binding;
      const axisTensor = tf.scalar(axis, 'int32');
      const result = kernels.executeSingleOutput(
        'GatherV2',
        [
          { name: 'batch_dims', type: TF_ATTR_INT, value: batchDims },
          { name: 'Tparams', type: TF_ATTR_TYPE, value: kernels.typeAttributeFromTensor(x) },
          { name: 'Tindices', type: TF_ATTR_TYPE, value: kernels.typeAttributeFromTensor(indices) },
          { name: 'Taxis', type: TF_ATTR_TYPE, value: TF_INT32 },
        ],
        [x, indices, axisTensor],
      );
      axisTensor.dispose();
      return result;
    },
  });
}
