/** Records whose output is lost are moved aside with it: what no longer has its bytes is not done, and is made again. */
import { renameSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { CellRecord } from '../../schemas/cell-record.ts';
import type { Digest } from '../../schemas/identity.ts';
import { MissingBlobError } from '../errors.ts';
import { parseRecord } from '../record-text.ts';
import { syncDirectory } from './directory-sync.ts';
import { openBlob } from './find-blob.ts';
import type { FolderContext } from './folder-context.ts';
import { unpackWhere } from './packs/unpack.ts';
import { systemCode, writingNow } from './write-error.ts';

/**
 * Moves every record that lists the digest among its outputs (or as a file of a tree) to `quarantine/`. It reads all
 * records, which takes seconds in a large store; a disk that loses bytes is rarer than that.
 */
export async function moveRecordsAside(context: FolderContext, digest: Digest): Promise<void> {
  const { layout, ensureFolder } = context;
  const changed = new Set<string>();
  await unpackWhere(context, text => mayList(text, digest));
  for await (const file of recordFiles(context)) {
    if (!(await lists(context, file, digest))) continue;
    await ensureFolder(layout.quarantine);
    const aside = path.join(
      layout.quarantine,
      `${path.basename(file, '.json')}-${path.basename(path.dirname(path.dirname(file)))}-${Date.now()}.json`,
    );
    writingNow(aside, () => renameIfThere(file, aside));
    changed.add(path.dirname(file));
  }
  for (const folder of changed) await syncDirectory(folder);
}

async function lists(context: FolderContext, file: string, digest: Digest): Promise<boolean> {
  const text = await readIfThere(file);
  if (text === undefined || !mayList(text, digest)) return false;
  const record = parseOrNothing(text, file);
  for (const output of Object.values(record?.outputs ?? {})) {
    if (output.digest === digest) return true;
    if (output.kind === 'tree' && (await manifestText(context, output.digest)).includes(digest)) return true;
  }
  return false;
}

/** Nothing where it is gone. */
async function manifestText(context: FolderContext, digest: Digest): Promise<string> {
  try {
    const reader = await openBlob(context, digest);
    try {
      return Buffer.from(await reader.read(0, reader.bytes)).toString();
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (error instanceof MissingBlobError) return '';
    throw error;
  }
}

/** Told from the text alone: a tree has to be looked into. */
function mayList(text: string, digest: Digest): boolean {
  return text.includes(digest) || text.includes('"tree"');
}

/** A record that cannot be read is somebody else's trouble: whoever reads it for its own sake says so. */
function parseOrNothing(text: string, file: string): CellRecord | undefined {
  try {
    return parseRecord(text, file);
  } catch {
    return undefined;
  }
}

/** By key, by content key, and the partial ones of every run. */
async function* recordFiles({ layout }: FolderContext): AsyncGenerator<string> {
  for (const folder of [layout.records, layout.contents]) {
    for (const shard of await namesIn(folder)) yield* filesIn(path.join(folder, shard));
  }
  for (const run of await namesIn(layout.runs)) yield* filesIn(path.join(layout.runs, run, 'partial'));
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for (const name of await namesIn(folder)) yield path.join(folder, name);
}

async function namesIn(folder: string): Promise<string[]> {
  return (await orMissing(readdir(folder))) ?? [];
}

async function readIfThere(file: string): Promise<string | undefined> {
  return orMissing(readFile(file, 'utf8'));
}

async function orMissing<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Somebody else may have moved it already. */
function renameIfThere(file: string, aside: string): void {
  try {
    renameSync(file, aside);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
