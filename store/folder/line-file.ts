/**
 * Append-only files of JSON lines. A line that a full disk cut short is taken back; one that a killed process cut short
 * has no end, and the next append starts a new line, so that one torn line never spoils its neighbour.
 */
import { closeSync, fstatSync, fsync, ftruncateSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Json } from '../../schemas/json.ts';
import { syncDirectory } from './directory-sync.ts';
import { writeAll } from './durable-file.ts';
import { openIfThere } from './read-bytes.ts';
import { writing } from './write-error.ts';

const flush = promisify(fsync);
const lineFeed = 0x0a;

/** Appends one line for each value, durable when it returns. The folder must be there. */
export async function appendLines(file: string, values: readonly Json[]): Promise<void> {
  const lines = values.map(value => `${JSON.stringify(value)}\n`).join('');
  await writing(file, async () => {
    const descriptor = openSync(file, 'a+');
    try {
      const { size } = fstatSync(descriptor);
      const torn = size > 0 && lastByte(descriptor, size) !== lineFeed;
      try {
        await writeAll(descriptor, new TextEncoder().encode(torn ? `\n${lines}` : lines));
        await flush(descriptor);
      } catch (error) {
        // The caller writes all of it again: a part that got in would be a torn line for ever.
        takeBack(descriptor, size);
        throw error;
      }
      if (size === 0) await syncDirectory(path.dirname(file));
    } finally {
      closeSync(descriptor);
    }
  });
}

/** As far as the disk lets us: what stays is a torn line, which readers leave out. */
function takeBack(descriptor: number, size: number): void {
  try {
    ftruncateSync(descriptor, size);
  } catch {
    // The error that is thrown already says what is wrong with the disk.
  }
}

function lastByte(descriptor: number, size: number): number | undefined {
  const byte = new Uint8Array(1);
  readSync(descriptor, byte, 0, 1, size - 1);
  return byte[0];
}

export interface ReadLines {
  /** Complete lines, without their ends. */
  readonly lines: string[];
  /** Where the next reading goes on: after the last complete line. */
  readonly offset: number;
}

/** The complete lines from a byte offset on; none where there is no such file. */
export async function readLines(file: string, offset: number): Promise<ReadLines> {
  const opened = openIfThere(file);
  if (opened === undefined) return { lines: [], offset };
  try {
    const bytes = await opened.read(offset, Math.max(0, opened.size - offset));
    const end = bytes.lastIndexOf(lineFeed) + 1;
    const lines = new TextDecoder().decode(bytes.subarray(0, end)).split('\n').slice(0, -1);
    return { lines: lines.filter(line => line !== ''), offset: offset + end };
  } finally {
    opened.close();
  }
}

/** The JSON value of a line; undefined where it was torn. */
export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
