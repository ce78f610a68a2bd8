/** A process's own log file: lines with times, the file before kept once it has grown. */
import { appendFileSync } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';

export type Log = (line: string) => void;

/** Beyond this the file is put aside when a process opens it. */
const largest = 10e6;

export async function openLog(file: string): Promise<Log> {
  await mkdir(path.dirname(file), { recursive: true });
  const size = await stat(file).then(
    found => found.size,
    () => 0,
  );
  if (size > largest) await rename(file, `${file}.1`);
  return line => {
    try {
      appendFileSync(file, `${new Date().toISOString()} [${process.pid}] ${line}\n`);
    } catch {
      // A full disk must not take the worker down with its log.
    }
  };
}
