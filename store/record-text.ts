/** Records as text: checked before they are written, since they can never be mended, and again when they are read. */
import { type CellRecord, cellRecordSchema } from '../schemas/cell-record.ts';
import { canonicalJson } from '../schemas/json.ts';
import { CorruptRecordError, UnstoredOutputError } from './errors.ts';
import type { BlobStore } from './store.ts';

/** The text of a record that is complete: it parses, and each of its outputs is in the store. */
export async function recordText(store: Pick<BlobStore, 'has'>, record: CellRecord): Promise<string> {
  const parsed = cellRecordSchema.safeParse(record);
  if (!parsed.success) throw new TypeError(`internal: no record of a cell: ${parsed.error.message}`);
  for (const [output, { digest }] of Object.entries(parsed.data.outputs)) {
    if (!(await store.has(digest))) throw new UnstoredOutputError(parsed.data.key, output, digest);
  }
  return `${canonicalJson(parsed.data)}\n`;
}

/** The record in a text; a `CorruptRecordError` naming `file` where it is none. */
export function parseRecord(text: string, file: string): CellRecord {
  try {
    return cellRecordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new CorruptRecordError(file, error);
  }
}
