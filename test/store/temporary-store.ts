/** A store in a new temporary folder, for one test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type FolderStore, openFolderStore } from '../../store/folder/open-folder-store.ts';

export interface TemporaryStore {
  readonly root: string;
  readonly store: FolderStore;
  readonly close: () => Promise<void>;
}

export async function openTemporaryStore(): Promise<TemporaryStore> {
  const root = await mkdtemp(path.join(tmpdir(), 'espalier-store-'));
  return { root, store: await openFolderStore(root), close: () => rm(root, { recursive: true, force: true }) };
}
