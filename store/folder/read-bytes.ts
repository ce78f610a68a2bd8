/**
 * Reads bytes of a file that may be larger than one read call takes, or not there at all. Opening, closing and short
 * reads are made synchronously, as short writes are (see durable-file): a light cell makes a dozen of them, and each
 * hop to libuv's threads costs more than the call. Long reads never block.
 */
import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { systemCode } from './write-error.ts';

/** One read call takes no more than 2³¹−1 bytes. */
const longestRead = 2 ** 30;

/** Bytes read without waiting. */
const shortRead = 2 ** 16;

export interface OpenFile {
  /** Bytes it had when it was opened. */
  readonly size: number;
  /** Up to `length` bytes from `offset`; fewer where the file ends before. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
  /** Once; reads under way come to their end first. */
  readonly close: () => void;
}

/** The file opened for reading; undefined where there is none. */
export function openIfThere(file: string): OpenFile | undefined {
  const descriptor = descriptorIfThere(file);
  if (descriptor === undefined) return undefined;
  let underWay = 0;
  let closed = false;
  const closeIfIdle = () => {
    if (closed && underWay === 0) closeSync(descriptor);
  };
  return {
    size: fstatSync(descriptor).size,
    read: async (offset, length) => {
      if (closed) throw new Error('internal: a file is read that was closed');
      underWay += 1;
      try {
        return await readBytes(descriptor, offset, length);
      } finally {
        underWay -= 1;
        closeIfIdle();
      }
    },
    close: () => {
      if (closed) return;
      closed = true;
      closeIfIdle();
    },
  };
}

function descriptorIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function readBytes(descriptor: number, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const rest = bytes.subarray(filled, filled + longestRead);
    const position = offset + filled;
    const bytesRead =
      rest.length <= shortRead
        ? readSync(descriptor, rest, 0, rest.length, position)
        : await readWaiting(descriptor, rest, position);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function readWaiting(descriptor: number, into: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, into, 0, into.length, position, (error, bytesRead) =>
      error === null ? resolve(bytesRead) : reject(error),
    );
  });
}

/** All bytes of a file; undefined where there is none. */
export async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  const opened = openIfThere(file);
  if (opened === undefined) return undefined;
  try {
    return await opened.read(0, opened.size);
  } finally {
    opened.close();
  }
}
