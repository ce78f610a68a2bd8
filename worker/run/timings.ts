/** How long cells of each step kind took here lately: what estimates are made from. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** Seconds of the latest cells, by step kind. */
export type Timings = ReadonlyMap<string, readonly number[]>;

/** Enough for a median that follows changes of machine or settings. */
const remembered = 51;

const fileSchema = z.record(z.string(), z.array(z.number().nonnegative()));

export async function readTimings(home: string): Promise<Timings> {
  const text = await readFile(fileIn(home), 'utf8').catch(() => '{}');
  const parsed = fileSchema.safeParse(safeJson(text));
  return new Map(Object.entries(parsed.success ? parsed.data : {}));
}

/** Adds what a run has measured. A lost update costs a better estimate, nothing else. */
export async function addTimings(home: string, measured: Timings): Promise<void> {
  const known = await readTimings(home);
  const kinds = new Set([...known.keys(), ...measured.keys()]);
  const all = [...kinds].map(kind => [
    kind,
    [...(known.get(kind) ?? []), ...(measured.get(kind) ?? [])].slice(-remembered),
  ]);
  const temporary = `${fileIn(home)}.${process.pid}`;
  await writeFile(temporary, JSON.stringify(Object.fromEntries(all)));
  await rename(temporary, fileIn(home));
}

/** Median seconds of a kind; undefined where none has run here yet. */
export function typicalSeconds(timings: Timings, kind: string): number | undefined {
  const sorted = [...(timings.get(kind) ?? [])].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function fileIn(home: string): string {
  return path.join(home, 'timings.json');
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
