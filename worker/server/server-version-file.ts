/**
 * Which server made a home's database. Temporal changes the tables of its SQLite files between versions and migrates
 * none, so another version is refused before it can damage the file.
 */
import { existsSync, rmSync } from 'node:fs';
import { z } from 'zod';
import type { ServerBinary } from '../setup/temporal/server-binary.ts';
import { readJsonFile, writeJsonFile } from '../setup/json-file.ts';
import type { ServerFolder } from './server-folder.ts';

const versionFileSchema = z.object({
  server: z.string(),
  cli: z.string(),
  /** ISO 8601. */
  created: z.string(),
  /** False until a server has answered from it for the first time: before, it may lack tables and holds nothing. */
  complete: z.boolean(),
});

type VersionFile = z.infer<typeof versionFileSchema>;

/** The server that made the database; undefined when there is none, or nobody knows. */
export function databaseVersion(files: ServerFolder): string | undefined {
  return existsSync(files.database) ? readVersion(files)?.server : undefined;
}

/**
 * Says whether the database is still to be made (`new`) or is this binary's own (`known`); throws a
 * `ServerVersionError` when another server made it. What a first start that was killed left is removed: with the file
 * there, the server would not make its tables again.
 */
export function claimDatabase(files: ServerFolder, binary: ServerBinary): 'new' | 'known' {
  const version = readVersion(files);
  const isNew = !existsSync(files.database) || version?.complete === false;
  if (!isNew) {
    if (version?.server !== binary.version.server) throw new ServerVersionError(files, version, binary);
    return 'known';
  }
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${files.database}${end}`, { force: true });
  const { server, cli } = binary.version;
  writeVersion(files, { server, cli, created: new Date().toISOString(), complete: false });
  return 'new';
}

/** Whether a server has answered from the database, with its namespace set up. */
export function isDatabaseComplete(files: ServerFolder): boolean {
  return readVersion(files)?.complete === true;
}

/** Called once the server has answered and its namespace is set up. */
export function completeDatabase(files: ServerFolder): void {
  const version = readVersion(files);
  if (version === undefined) throw new Error(`internal: ${files.version} vanished while its server started`);
  writeVersion(files, { ...version, complete: true });
}

/** The database was made by another server than the one at hand. */
class ServerVersionError extends Error {
  override readonly name = 'ServerVersionError';

  constructor(files: ServerFolder, made: VersionFile | undefined, binary: ServerBinary) {
    const here = `server ${binary.version.server} (Temporal CLI ${binary.version.cli}, ${binary.path})`;
    const maker =
      made === undefined
        ? `was made by an unknown Temporal server (${files.version} is not there)`
        : `was made by Temporal server ${made.server} (Temporal CLI ${made.cli}) at ${made.created}`;
    super(
      [
        `${files.database} ${maker}; the one here is ${here}, and Temporal does not convert between them. Either`,
        ...(made === undefined ? [] : [`  - put the \`temporal\` of Temporal CLI ${made.cli} first on PATH, or`]),
        `  - move ${files.folder} away: a new one is made.`,
        'Results, records and logs of runs are in the store, not in this file: nothing finished is lost, and a run that',
        'was under way goes on from what the store has when it is started again.',
      ].join('\n'),
    );
  }
}

function readVersion(files: ServerFolder): VersionFile | undefined {
  return readJsonFile(files.version, versionFileSchema);
}

function writeVersion(files: ServerFolder, version: VersionFile): void {
  writeJsonFile(files.version, version);
}
