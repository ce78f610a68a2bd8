/** The store of a home: looked at where there is one, made where a command writes. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { openFolderStore } from '../../store/folder/open-folder-store.ts';
import type { Store } from '../../store/store.ts';
import { MachineryError, UsageError } from '../cli/exit-codes.ts';
import { homeOf } from '../home.ts';

/** Looking must not make anything: without a store there is nothing to see, and that is said. */
export async function openHomeStore(home: string): Promise<Store> {
  const { store } = homeOf(home);
  if (!existsSync(store)) throw new UsageError(`there is no run yet in ${home}. Run a study first, or say --home DIR`);
  return openFolderStore(store);
}

/** The store of a home that may be new. A `MachineryError` names a home that cannot be made or written. */
export async function makeHomeStore(home: string): Promise<Store> {
  makeFolders(home);
  try {
    if (!statSync(home).isDirectory()) throw unusable(home, 'is no folder');
    accessSync(home, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof MachineryError) throw error;
    throw unusable(home, 'cannot be written', codeOf(error));
  }
  return openFolderStore(homeOf(home).store);
}

/** Folder by folder: Node's own `recursive` never returns where a system lets nobody make any (/proc). */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolders(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unusable(folder, 'cannot be made', codeOf(error));
  }
}

function unusable(folder: string, what: string, code?: string): MachineryError {
  return new MachineryError(
    `the home ${folder} ${what}${code === undefined ? '' : ` (${code})`}.\nName a folder that this user may write: --home DIR or ESPALIER_HOME`,
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
