/** `json` artifacts: canonical JSON text in the store, checked on the way out. */
import { z } from 'zod';
import type { Artifact } from '../schemas/artifact.ts';
import type { Digest } from '../schemas/identity.ts';
import { type Json, canonicalJson } from '../schemas/json.ts';
import { ArtifactContentError } from './errors.ts';
import type { BlobStore } from './store.ts';

/** Stores a value as its canonical text, so that equal values have one digest. */
export async function putJson(store: Pick<BlobStore, 'put'>, value: Json): Promise<Artifact> {
  const bytes = new TextEncoder().encode(canonicalJson(value));
  return { kind: 'json', digest: await store.put(bytes), bytes: bytes.length };
}

/** The value of a `json` artifact; an `ArtifactContentError` says where it is not what the schema asks for. */
export async function getJson<Value>(
  store: Pick<BlobStore, 'get'>,
  digest: Digest,
  schema: z.ZodType<Value>,
): Promise<Value> {
  const bytes = await store.get(digest, { verify: true });
  const parsed = schema.safeParse(parseText(bytes, digest));
  if (!parsed.success) throw new ArtifactContentError(digest, z.prettifyError(parsed.error));
  return parsed.data;
}

function parseText(bytes: Uint8Array, digest: Digest): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ArtifactContentError(digest, error instanceof Error ? error.message : String(error));
  }
}
