/** `weights` artifacts: a model's tensors by name, as float32, with text metadata. */
import type { Artifact } from '../../schemas/artifact.ts';
import type { Digest } from '../../schemas/identity.ts';
import type { BlobStore } from '../store.ts';
import { type EncodedTensor, encodeSafetensors } from './encode-safetensors.ts';
import { SafetensorsError } from './errors.ts';
import { decodeSafetensors } from './read-safetensors.ts';

export type WeightTensors = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

export interface Weights {
  readonly tensors: WeightTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Streams tensors to the store as F32. The same tensors and metadata give the same bytes in whatever order they come. */
export async function putWeights(
  store: Pick<BlobStore, 'createBlob'>,
  tensors: WeightTensors,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Artifact> {
  const blob = await store.createBlob();
  try {
    for (const piece of encodeSafetensors(asF32(tensors), metadata)) await blob.write(piece);
    return { kind: 'weights', ...(await blob.commit()) };
  } catch (error) {
    await blob.abort();
    throw error;
  }
}

/**
 * All tensors of a stored file, widened to float32 where they are narrower. The bytes are verified against the digest
 * unless the caller says otherwise. A `SafetensorsError` for a file that is not sound or holds whole numbers.
 */
export async function getWeights(
  store: Pick<BlobStore, 'get'>,
  digest: Digest,
  { verify = true }: { readonly verify?: boolean } = {},
): Promise<Weights> {
  return decodeWeights(await store.get(digest, { verify }));
}

/** Tensors as the bytes of a file, for what is no artifact (a checkpoint). */
export function encodeWeights({ tensors, metadata }: Weights): Uint8Array {
  const pieces = [...encodeSafetensors(asF32(tensors), metadata)];
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

/** Tensors from the bytes of a file, of which they are views where they can be. */
export function decodeWeights(bytes: Uint8Array): Weights {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const weights = [...tensors].map(([name, { dtype, shape, data }]) => {
    if (data instanceof Float32Array) return [name, { shape, data }] as const;
    throw new SafetensorsError('not-floating', `is ${dtype}, and weights are floating-point numbers`, { tensor: name });
  });
  return { tensors: new Map(weights), metadata };
}

function asF32(tensors: WeightTensors): EncodedTensor[] {
  return [...tensors].map(([name, { shape, data }]) => ({ name, dtype: 'F32', shape, data }));
}
