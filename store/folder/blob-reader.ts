/** Random access to a blob, in a file of its own or in memory. */
import type { BlobReader } from '../store.ts';
import type { OpenFile } from './read-bytes.ts';

export function fileReader({ size, read, close }: OpenFile): BlobReader {
  return {
    bytes: size,
    read: async (offset, length) => {
      checkRange(offset, length, size);
      const bytes = await read(offset, length);
      if (bytes.length < length) throw new RangeError(`the blob was cut at byte ${offset + bytes.length} while read`);
      return bytes;
    },
    close: async () => close(),
  };
}

export function bytesReader(bytes: Uint8Array): BlobReader {
  return {
    bytes: bytes.length,
    read: async (offset, length) => {
      checkRange(offset, length, bytes.length);
      return bytes.slice(offset, offset + length);
    },
    close: async () => undefined,
  };
}

/** Throws where not every byte of the range exists. */
function checkRange(offset: number, length: number, size: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (!whole || offset < 0 || length < 0 || offset + length > size) {
    throw new RangeError(`internal: bytes ${offset} to ${offset + length} of a blob of ${size}`);
  }
}
