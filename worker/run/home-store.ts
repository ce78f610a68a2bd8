/** The store of a home that has one: for commands that only look. */
import { existsSync } from 'node:fs';
import { openFolderStore } from '../../store/folder/open-folder-store.ts';
import type { Store } from '../../store/store.ts';
import { UsageError } from '../cli/exit-codes.ts';
import { homeOf } from '../home.ts';

/** Looking must not make anything: without a store there is nothing to see, and that is said. */
export async function openHomeStore(home: string): Promise<Store> {
  const { store } = homeOf(home);
  if (!existsSync(store)) throw new UsageError(`there is no run yet in ${home}. Run a study first, or say --home DIR`);
  return openFolderStore(store);
}
