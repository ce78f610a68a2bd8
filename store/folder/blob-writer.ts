/**
 * A blob streamed into the store. A small one is held in memory and put whole when it is committed; what outgrows that
 * goes to a temporary file, hashed on its way.
 */
import type { Digest } from '../../schemas/identity.ts';
import type { BlobWriter } from '../store.ts';
import { createTurns } from '../turns.ts';
import { type FlushedBlob, type HashedFile, createHashedFile } from './hashed-file.ts';

/** Bytes gathered before they are written: tables and tensors come in many small pieces. */
const gatherBytes = 2 ** 18;

export interface BlobPlace {
  readonly temporaryFolder: string;
  readonly put: (bytes: Uint8Array) => Promise<Digest>;
  /** Takes a flushed file into the store. */
  readonly publish: (blob: FlushedBlob) => Promise<void>;
}

/** Calls are served in the order they are made. A failed one ends the writer, and leaves nothing. */
export function createBlobWriter(place: BlobPlace): BlobWriter {
  const take = createTurns();
  const blob = unfinishedBlob(place);
  let state: 'open' | 'committed' | 'ended' = 'open';

  const end = async () => {
    if (state === 'open') state = 'ended';
    await blob.discard();
  };
  const step = <Result>(work: () => Promise<Result>) =>
    take(async () => {
      if (state !== 'open') throw new Error(`internal: the blob writer is ${state}`);
      try {
        return await work();
      } catch (error) {
        await end();
        throw error;
      }
    });
  return {
    write: bytes => step(() => blob.write(bytes)),
    commit: () =>
      step(async () => {
        const committed = await blob.commit();
        state = 'committed';
        return committed;
      }),
    abort: () => take(end),
  };
}

function unfinishedBlob({ temporaryFolder, put, publish }: BlobPlace) {
  const gathered = gather();
  let file: HashedFile | undefined;
  return {
    write: async (bytes: Uint8Array) => {
      if (gathered.add(bytes)) return;
      file ??= await createHashedFile(temporaryFolder);
      await file.write(gathered.take());
      if (!gathered.add(bytes)) await file.write(bytes);
    },
    commit: async () => {
      const rest = gathered.take();
      if (file === undefined) return { digest: await put(rest), bytes: rest.length };
      await file.write(rest);
      const blob = await file.finish();
      await publish(blob);
      return { digest: blob.digest, bytes: blob.bytes };
    },
    discard: async () => file?.discard(),
  };
}

/** Copies small pieces into one buffer, as far as that goes. */
function gather() {
  let buffer = new Uint8Array(0);
  let filled = 0;
  return {
    /** False where they do not fit any more. */
    add: (bytes: Uint8Array): boolean => {
      const needed = filled + bytes.length;
      if (needed > gatherBytes) return false;
      if (needed > buffer.length) {
        const larger = new Uint8Array(Math.min(gatherBytes, Math.max(4096, 2 * needed)));
        larger.set(buffer.subarray(0, filled));
        buffer = larger;
      }
      buffer.set(bytes, filled);
      filled = needed;
      return true;
    },
    /** What was gathered; good until the next `add`. */
    take: (): Uint8Array => {
      const bytes = buffer.subarray(0, filled);
      filled = 0;
      return bytes;
    },
  };
}
