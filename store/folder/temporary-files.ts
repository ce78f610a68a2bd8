/** Files being written: named for their process, so that those of dead ones can be told and cleaned away. */
import { randomBytes } from 'node:crypto';
import { readdir, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { type ProcessMark, processMarkSchema } from '../../schemas/process-mark.ts';
import { canBeAsked, isGone, markProcess } from '../process-life.ts';
import { systemCode } from './write-error.ts';

const hour = 3_600_000;

/** A path for a new temporary file of this process. */
export function temporaryPath(folder: string): string {
  ownPrefix ??= encodeMark(markProcess());
  return path.join(folder, `${ownPrefix}~${randomBytes(8).toString('hex')}`);
}

let ownPrefix: string | undefined;

/**
 * Removes temporary files that nobody writes any more: an hour after their last write where their process is known to
 * be gone, a week after it where nobody here can tell. Returns how many there were.
 */
export async function cleanTemporaryFiles(folder: string, now: number): Promise<number> {
  let count = 0;
  for (const name of await readdir(folder)) {
    const mark = decodeMark(name);
    const file = path.join(folder, name);
    if (mark === undefined || now - (await modified(file, now)) < patience(mark)) continue;
    if (await removed(file)) count += 1;
  }
  return count;
}

/** Whether it could be removed. In a store that several users share, each can only clean up after itself. */
async function removed(file: string): Promise<boolean> {
  try {
    await unlink(file);
    return true;
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}

/** Milliseconds without a write after which a file of that process is given up. */
function patience(mark: ProcessMark): number {
  if (!canBeAsked(mark)) return 7 * 24 * hour;
  return isGone(mark) ? hour : Number.POSITIVE_INFINITY;
}

async function modified(file: string, now: number): Promise<number> {
  const found = await stat(file).catch(ignoreMissing);
  return found?.mtimeMs ?? now;
}

/** Another process cleans at the same time, or the file's owner has just published it. */
function ignoreMissing(error: unknown): undefined {
  if (systemCode(error) === 'ENOENT') return undefined;
  throw error;
}

function encodeMark({ host, pid, boot, namespace, start }: ProcessMark): string {
  return [encodeURIComponent(host), pid, boot ?? '', namespace ?? '', start ?? ''].join('~');
}

function decodeMark(name: string): ProcessMark | undefined {
  const [host, pid, boot, namespace, start, random] = name.split('~');
  if (host === undefined || random === undefined) return undefined;
  const mark = {
    host: decodeHost(host),
    pid: Number(pid),
    ...(boot ? { boot } : {}),
    ...(namespace ? { namespace } : {}),
    ...(start ? { start } : {}),
  };
  return processMarkSchema.safeParse(mark).data;
}

/** undefined where it is no name that `encodeMark` gave. */
function decodeHost(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
