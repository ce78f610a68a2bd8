/** Records by what people know of them: the first digits of a key, or the digest of an output. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { CellRecord } from '../../schemas/cell-record.ts';
import { type CellKey, type Digest, cellKeySchema } from '../../schemas/identity.ts';
import { checkedPrefix } from '../key-prefix.ts';
import { parseRecord } from '../record-text.ts';
import type { FolderContext } from './folder-context.ts';
import { readIfThere } from './read-bytes.ts';
import { systemCode } from './write-error.ts';

export async function keysLike({ layout, packs }: FolderContext, prefix: string, limit: number): Promise<CellKey[]> {
  const checked = checkedPrefix(prefix);
  if (!/^[0-9a-f]+$/.test(checked)) return [];
  packs.refresh();
  const names = [...(await namesIn(path.join(layout.records, checked.slice(0, 2))))].map(name =>
    name.replace(/\.json$/, ''),
  );
  return [...new Set([...names, ...packs.keys()])]
    .filter(name => name.startsWith(checked))
    .sort()
    .slice(0, limit)
    .flatMap(name => cellKeySchema.safeParse(name).data ?? []);
}

/** Reads every record, so it takes seconds in a large store. The one that computed it comes before one that reused it. */
export async function recordOfArtifact(context: FolderContext, digest: Digest): Promise<CellRecord | undefined> {
  let reusing: CellRecord | undefined;
  for await (const { text, file } of textsOf(context)) {
    if (!text.includes(digest)) continue;
    const record = parseRecord(text, file);
    if (!Object.values(record.outputs).some(output => output.digest === digest)) continue;
    if (record.reused_from === undefined) return record;
    reusing ??= record;
  }
  return reusing;
}

async function* textsOf({ layout, packs }: FolderContext): AsyncGenerator<{ text: string; file: string }> {
  packs.refresh();
  for (const pack of packs.packs()) {
    for (const place of pack.head.records) {
      const bytes = packs.read({ ...place, pack });
      if (bytes !== undefined) yield { text: new TextDecoder().decode(bytes), file: pack.file };
    }
  }
  for (const folder of [layout.records, layout.contents]) {
    for (const shard of await namesIn(folder)) {
      for (const name of await namesIn(path.join(folder, shard))) {
        const file = path.join(folder, shard, name);
        const text = await readText(file);
        if (text !== undefined) yield { text, file };
      }
    }
  }
}

/** Names in a folder; none where there is no such folder. */
export async function namesIn(folder: string): Promise<Set<string>> {
  try {
    return new Set(await readdir(folder));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return new Set();
    throw error;
  }
}

export async function readText(file: string): Promise<string | undefined> {
  // Most of these look-ups find nothing, and asking first spares them an error with its stack.
  const bytes = existsSync(file) ? await readIfThere(file) : undefined;
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
