/** The log of one attempt of a trainer: all it printed, as far as a bound, and always its last lines. */
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { CellKey } from '../../schemas/identity.ts';

export interface AttemptLog {
  readonly file: string;
  readonly write: (line: string) => void;
  /** Writes what the bound kept out but for the last lines, and closes the file. */
  readonly end: (line: string) => void;
}

/** Bytes kept of one attempt: enough for days of a line a step, little beside a checkpoint. */
const mostBytes = 16e6;
/** Lines kept from the end of what goes beyond. */
const lastLines = 200;

/** The name of an attempt's log in the run's folder of logs. */
export function attemptLogName(key: CellKey, attempt: number): string {
  return `${attemptLogPrefix(key)}${attempt}.log`;
}

/** What the logs of a cell's attempts have in common; the number and `.log` follow. */
export function attemptLogPrefix(key: CellKey): string {
  return `${key.slice(0, 16)}-attempt-`;
}

/** Begins the log anew. */
export function openAttemptLog(folder: string, name: string, head: string): AttemptLog {
  const file = path.join(folder, name);
  const descriptor = openSync(file, 'w');
  let bytes = 0;
  let beyond: string[] = [];
  let leftOut = 0;
  let isOpen = true;

  const append = (line: string) => {
    bytes += writeSync(descriptor, `${line}\n`);
  };
  const write = (line: string) => {
    if (!isOpen) return;
    if (bytes + line.length <= mostBytes) {
      append(line);
      return;
    }
    beyond.push(line);
    if (beyond.length > lastLines) {
      beyond = beyond.slice(1);
      leftOut += 1;
    }
  };
  const end = (line: string) => {
    if (!isOpen) return;
    if (leftOut > 0)
      append(`# ${leftOut} lines left out: a log holds ${mostBytes / 1e6} MB and the last ${lastLines} lines`);
    for (const each of [...beyond, line]) append(each);
    isOpen = false;
    closeSync(descriptor);
  };
  append(head);
  return { file, write, end };
}
