/**
 * A store in a directory, shared by any number of processes.
 *
 * - `format.json`: what this folder is, which version, its id
 * - `blobs/ab/DIGEST`: immutable bytes
 * - `records/ab/KEY.json`: records of finished cells; `contents/ab/CONTENT-KEY.json`: the same files by content key
 *   (hard links: one inode, flushed once)
 * - `packs/N.pack`: small blobs and records of many light cells, in one file each that is flushed once
 * - `work/KEY/`: what belongs to a cell under way: `lease-N.json`, `attempts.ndjson`, `checkpoint-N` by lease
 * - `runs/RUN/`: `run.json`, `events/PROCESS.ndjson`, `partial/KEY.json`, files that people open
 * - `nondeterminism/KEY-DIGEST.json`: results that came out otherwise when they were made again
 * - `pins/`: what garbage collection keeps; `trash/TIME/`: what it has thrown away, each file at its path
 * - `temp/`: files being written; `quarantine/`: blobs whose bytes were not what their name says
 *
 * Everything is written under `temp/`, flushed, and then linked or renamed into place in the same file system, so that
 * a reader, a crash or a power cut never meets half of anything. Leases trust the directory that other processes see
 * to be current: a local disk, or a network file system without caching of directories. Where that fails, work may be
 * done twice, and still the first record to be published is the one that stays.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { StoreFormatError } from '../errors.ts';
import type { Store } from '../store.ts';
import { folderMaker, makeFolder, syncDirectory } from './directory-sync.ts';
import { linkUnlessTaken, removeIfThere, replaceFile, writeTemporary } from './durable-file.ts';
import { folderBlobs } from './folder-blobs.ts';
import { folderCollect } from './folder-collect.ts';
import { folderLeases } from './folder-leases.ts';
import { folderNotes } from './folder-notes.ts';
import { folderPins } from './folder-pins.ts';
import { folderRecords } from './folder-records.ts';
import { type FolderRuns, folderRuns } from './folder-runs.ts';
import { folderWork } from './folder-work.ts';
import { groupedStore } from './grouped-store.ts';
import { type Layout, layoutOf, topLevelNames } from './layout.ts';
import { packFolder } from './packs/pack-folder.ts';
import { packWriter } from './packs/pack-writer.ts';
import { movePackAside } from './packs/unpack.ts';
import { shardMaker } from './shards.ts';
import { cleanTemporaryFiles } from './temporary-files.ts';
import { trashFolder } from './trash-folder.ts';
import { verifiedBlobs } from './verified-blobs.ts';
import { systemCode, writingNow } from './write-error.ts';

/** The version of the layout above. Raise it when an older program would misread or harm a newer store. */
const formatVersion = 2;

const formatSchema = z.object({
  format: z.literal('espalier-store'),
  version: z.int().positive(),
  id: z.string().min(1),
});
type Format = z.output<typeof formatSchema>;

export type FolderStore = Omit<Store, 'events'> & FolderRuns;

/**
 * Opens the store in a folder, or makes one there. Any number of processes may have it open at once.
 * Throws `StoreFormatError` for a folder with other things in it, or of a newer version.
 */
export async function openFolderStore(root: string): Promise<FolderStore> {
  const layout = layoutOf(path.resolve(root));
  const { id, version } = (await readFormat(layout)) ?? (await createStore(layout));
  refuseMissingFolders(layout);
  writingNow(layout.temporary, () => mkdirSync(layout.temporary, { recursive: true }));
  // What was added since is added; an older program must not take it for a store of its own from now on.
  if (version < formatVersion) await replaceFile(layout.temporary, layout.format, formatText(id));
  await cleanTemporaryFiles(layout.temporary, Date.now());
  const context = {
    layout,
    ensureFolder: folderMaker(),
    ensureShard: shardMaker(),
    verified: verifiedBlobs(),
    trash: trashFolder(layout),
    packs: packFolder(layout.packs, file => movePackAside(layout, file)),
  };
  const leases = folderLeases(context);
  const blobs = folderBlobs(context);
  const store = {
    id,
    ...blobs,
    ...folderRecords(context, blobs, leases),
    ...folderNotes(context),
    ...folderWork(context, leases),
    ...folderRuns(context),
    ...folderPins(context),
    ...folderCollect(context),
  };
  const grouped = {
    ...store,
    ...groupedStore(context, packWriter(context), store),
    grouped: (): FolderStore => grouped,
  };
  return { ...store, grouped: () => grouped };
}

/** undefined where there is no store in the folder yet. */
async function readFormat(layout: Layout): Promise<Format | undefined> {
  const text = await readFile(layout.format, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const format = parseFormat(text);
  if (format === undefined) {
    throw new StoreFormatError(
      `${layout.format} does not describe an Espalier store: restore that file, or choose another folder`,
    );
  }
  if (format.version > formatVersion) {
    throw new StoreFormatError(
      `the store in ${layout.root} has format ${format.version}; this Espalier reads up to ${formatVersion}: ` +
        'use the newer Espalier that made it, or choose another folder',
    );
  }
  return format;
}

function parseFormat(text: string): Format | undefined {
  try {
    return formatSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The new store, or the one that another process made at the same time. */
async function createStore(layout: Layout): Promise<Format> {
  await makeFolder(layout.root);
  await refuseForeignFolder(layout);
  await makeFolder(layout.temporary);
  const id = randomBytes(8).toString('hex');
  const temporary = await writeTemporary(layout.temporary, formatText(id));
  try {
    const first = linkUnlessTaken(temporary, layout.format);
    await syncDirectory(layout.root);
    if (first) return { format: 'espalier-store', version: formatVersion, id };
  } finally {
    removeIfThere(temporary);
  }
  return (await readFormat(layout)) ?? createStore(layout);
}

/** What should be a folder and is a file would be met by every cell, one after the other. */
function refuseMissingFolders({ root, format }: Layout): void {
  const entries = topLevelNames.map(name => path.join(root, name)).filter(entry => entry !== format);
  const wrong = entries.find(entry => statSync(entry, { throwIfNoEntry: false })?.isDirectory() === false);
  if (wrong === undefined) return;
  throw new StoreFormatError(`${wrong} is no folder: restore what was there, or choose another folder for the store`);
}

function formatText(id: string): Uint8Array {
  const format: Format = { format: 'espalier-store', version: formatVersion, id };
  return new TextEncoder().encode(`${JSON.stringify(format)}\n`);
}

async function refuseForeignFolder(layout: Layout): Promise<void> {
  const own: readonly string[] = topLevelNames;
  const foreign = (await readdir(layout.root)).find(name => !own.includes(name));
  if (foreign === undefined) return;
  throw new StoreFormatError(
    `${layout.root} is no Espalier store and not empty (it holds ${foreign}): choose an empty or a new folder`,
  );
}
