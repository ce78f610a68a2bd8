/** The logs that external trainers left in a run, one file an attempt. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { attemptLogPrefix } from '../../activities/trainer/attempt-log.ts';
import type { CellKey } from '../../schemas/identity.ts';
import type { RunStore } from '../../store/store.ts';

export interface AttemptLogFile {
  readonly attempt: number;
  readonly file: string;
}

/** Logs of a cell in a run, oldest first. */
export async function attemptLogs(store: RunStore, run: string, key: CellKey): Promise<AttemptLogFile[]> {
  const folder = await store.logFolder(run);
  const prefix = attemptLogPrefix(key);
  const found = (await readdir(folder)).flatMap((name): AttemptLogFile[] => {
    const number = name.startsWith(prefix) ? /^(\d+)\.log$/.exec(name.slice(prefix.length))?.[1] : undefined;
    return number === undefined ? [] : [{ attempt: Number(number), file: path.join(folder, name) }];
  });
  return found.sort((a, b) => a.attempt - b.attempt);
}
