/** The inputs that a record was made from, as a body is given them, whatever other cells hold by now. */
import type { CellRecord } from '../../schemas/cell-record.ts';
import type { ResolvedInput, ResolvedInputs, ResolvedPart } from '../../activities/compute.ts';
import { CorruptBlobError, MissingBlobError } from '../../store/errors.ts';
import type { Store } from '../../store/store.ts';

/** The inputs; or, as text, which of them is not in the store any more. */
export async function recordedInputs(store: Store, record: CellRecord): Promise<ResolvedInputs | string> {
  const inputs: [string, ResolvedInput][] = [];
  for (const [port, { axes, parts, missing }] of Object.entries(record.inputs)) {
    const found: ResolvedPart[] = [];
    for (const part of parts) {
      const resolved = await findPart(store, record.run, part);
      if (typeof resolved === 'string') return `input ${port}: ${resolved}`;
      found.push(resolved);
    }
    inputs.push([port, { axes, parts: found, missing }]);
  }
  return Object.fromEntries(inputs);
}

type RecordedPart = CellRecord['inputs'][string]['parts'][number];

async function findPart(
  store: Store,
  run: string,
  { at, key, output, digest, where }: RecordedPart,
): Promise<ResolvedPart | string> {
  const artifact = (await store.record(key, run))?.outputs[output];
  if (artifact === undefined) return `the record of its cell ${key.slice(0, 12)} is gone from the store`;
  try {
    await store.verify(digest);
  } catch (error) {
    if (error instanceof MissingBlobError || error instanceof CorruptBlobError) return error.message;
    throw error;
  }
  return { at, key, output, artifact: { ...artifact, digest }, ...(where === undefined ? {} : { where }) };
}
