/** The server's log file: bounded in size while the server writes to it, and its end for error messages. */
import { copyFileSync, existsSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';

/** A server that warns all night writes some MB; more than these says nothing new. */
const bytesPerFile = 8 * 1024 * 1024;
const oldFiles = 3;

/**
 * Moves what is in the file to `<file>.1`, that to `<file>.2` and so on, once it is larger than `limit` bytes. The file
 * is copied and cut rather than renamed: the server has it open (for appending), and goes on at its new end.
 */
export function rotateLog(file: string, limit = bytesPerFile): void {
  if (!existsSync(file) || statSync(file).size <= limit) return;
  for (let index = oldFiles - 1; index >= 1; index -= 1) {
    if (existsSync(`${file}.${index}`)) renameSync(`${file}.${index}`, `${file}.${index + 1}`);
  }
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}

/** The last lines of the file, indented, for an error message. */
export function lastLogLines(file: string, count = 8): string {
  if (!existsSync(file)) return '    (it printed nothing)';
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count);
  return lines.map(line => `    ${line.slice(0, 400)}`).join('\n');
}
