/** Where the embedded server of a home keeps its files. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { homeOf } from '../home.ts';

export interface ServerFolder {
  readonly folder: string;
  /** Everything Temporal knows: SQLite, with `-wal` beside it while in use. */
  readonly database: string;
  /** Which server made the database. */
  readonly version: string;
  /** Where the server is, and which process it is. */
  readonly state: string;
  /** Held by the one supervisor of this home. */
  readonly lock: string;
  /** What the server prints. */
  readonly log: string;
  /** What the supervisor did, and when. */
  readonly supervisorLog: string;
}

export function serverFolderOf(home: string): ServerFolder {
  const folder = homeOf(home).server;
  return {
    folder,
    database: path.join(folder, 'temporal.db'),
    version: path.join(folder, 'version.json'),
    state: path.join(folder, 'server.json'),
    lock: path.join(folder, 'server.lock'),
    log: path.join(folder, 'server.log'),
    supervisorLog: path.join(folder, 'supervisor.log'),
  };
}

/** As `serverFolderOf`, with the folder made. */
export async function makeServerFolder(home: string): Promise<ServerFolder> {
  const files = serverFolderOf(home);
  await mkdir(files.folder, { recursive: true });
  return files;
}
