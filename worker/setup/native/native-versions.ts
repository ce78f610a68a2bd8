/** The versions that make the native backend, and the TensorFlow library of each platform by its hash. */
import process from 'node:process';

/** `@tensorflow/tfjs-node`; packages/package.json says the same. */
export const tfjsVersion = '4.22.0';
/** Its library. 2.12 to 2.21 all work with this tfjs-node; this one is small and as fast as any. */
export const tensorflowVersion = '2.15.1';

/** A wheel of the Python package index, which carries the C library; no Python of its version is needed. */
export interface TensorflowWheel {
  readonly distribution: string;
  readonly platformTags: readonly string[];
  readonly sha256: string;
}

/** The wheel for this machine; undefined where none is known. */
export function tensorflowWheel(): TensorflowWheel | undefined {
  return wheels[`${process.platform}-${process.arch}`];
}

/** Names one build of the backend: what differs in any of these cannot be used in its place. */
export const buildName = `${tfjsVersion}-${tensorflowVersion}-${process.platform}-${process.arch}-napi8`;

const wheels: Readonly<Record<string, TensorflowWheel>> = {
  'linux-x64': {
    distribution: 'tensorflow-cpu',
    platformTags: ['manylinux_2_17_x86_64', 'manylinux_2_27_x86_64'],
    sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
  },
  // Hash from the index's metadata; not tried on such a machine, so its own smoke test decides.
  'linux-arm64': {
    distribution: 'tensorflow-cpu-aws',
    platformTags: ['manylinux_2_17_aarch64', 'manylinux2014_aarch64'],
    sha256: 'd4c3a3a9363bf42999adedbbd514e3a133be2d62f61fee9cfa46aaefb087c09e',
  },
};
