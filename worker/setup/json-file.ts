/** Small JSON files that are replaced as a whole: a reader sees the old text or the new one, never a part. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { z } from 'zod';

/**
 * On disk, for good, when it returns: what is known of a process just started, or of a database just made, must not be
 * forgotten by whatever happens next.
 */
export function writeJsonFile(file: string, value: unknown): void {
  const temporary = `${file}.${process.pid}.tmp`;
  synced(temporary, 'w', descriptor => writeFileSync(descriptor, `${JSON.stringify(value, undefined, 2)}\n`));
  renameSync(temporary, file);
  // The new name, too.
  synced(path.dirname(file), 'r', () => undefined);
}

/** Undefined where there is no such file, or one that does not hold what it should. */
export function readJsonFile<Value>(file: string, schema: z.ZodType<Value>): Value | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function synced(file: string, flag: 'w' | 'r', use: (descriptor: number) => void): void {
  const descriptor = openSync(file, flag);
  try {
    use(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
