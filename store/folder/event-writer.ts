/**
 * Appends to this process's own log of a run. Calls that come while a flush is under way wait together for the next
 * one (group commit), in the order they were made.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';
import type { RunEvent } from '../../schemas/run.ts';
import { appendLines } from './line-file.ts';
import { sharedRounds } from './shared-rounds.ts';

/** Appends events to this process's log in a folder, which `prepare` makes before the first of them. */
export type AppendEvents = (folder: string, events: readonly RunEvent[], prepare: () => Promise<void>) => Promise<void>;

export function eventWriter(): AppendEvents {
  const name = `${encodeURIComponent(hostname())}-${process.pid}-${randomBytes(4).toString('hex')}.ndjson`;
  const logs = new Map<string, Append>();
  return (folder, events, prepare) => {
    const log = logs.get(folder) ?? openLog(path.join(folder, name), prepare);
    logs.set(folder, log);
    return log(events);
  };
}

type Append = (events: readonly RunEvent[]) => Promise<void>;

/** Events wait in the order of the calls from the moment of the call on, whatever their flush has to do before. */
function openLog(file: string, prepare: () => Promise<void>): Append {
  let waiting: RunEvent[] = [];
  const flushes = sharedRounds(async () => {
    const events = waiting;
    waiting = [];
    await prepare();
    await appendLines(file, events);
  });
  return events => {
    waiting.push(...events);
    return flushes.join();
  };
}
