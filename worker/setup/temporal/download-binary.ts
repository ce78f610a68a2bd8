/** Downloads the pinned Temporal program from where Temporal's own SDKs get theirs. */
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { CachedFolderJob } from '../cached-folder.ts';
import { describeResult, succeeded } from '../processes/run-command.ts';
import { pinnedVersion } from './server-version.ts';

const infoSchema = z.object({ archiveUrl: z.url(), fileToExtract: z.string().regex(/^\w+(\.\w+)?$/) });

/** For the answer where the archive is, and for the archive (60 MB) itself. */
const infoSeconds = 15;
const archiveMinutes = 10;

/** Puts the program at `<job.partial>/temporal`; undefined when that worked, else why not. */
export async function downloadBinary(job: CachedFolderJob, address: string): Promise<string | undefined> {
  try {
    const info = await askWhere(address, job.signal);
    job.say(`downloading Temporal CLI ${pinnedVersion.cli} from ${new URL(info.archiveUrl).host}`);
    const folder = path.join(job.partial, 'download');
    await mkdir(folder);
    await downloadTo(path.join(folder, 'archive.tar.gz'), info.archiveUrl, job.signal);
    const args = ['-xzf', 'archive.tar.gz', info.fileToExtract];
    const unpacked = await job.run({ command: 'tar', args, folder });
    if (!succeeded(unpacked)) return `tar: ${describeResult(unpacked)}\n    ${unpacked.lines.slice(-3).join('\n    ')}`;
    await rename(path.join(folder, info.fileToExtract), path.join(job.partial, 'temporal'));
    await chmod(path.join(job.partial, 'temporal'), 0o755);
    await rm(folder, { recursive: true });
    return undefined;
  } catch (error) {
    job.signal.throwIfAborted();
    return `${address}: ${reasonOf(error)}`;
  }
}

async function askWhere(address: string, signal: AbortSignal): Promise<z.infer<typeof infoSchema>> {
  const query = new URLSearchParams({ arch: architecture(), platform: process.platform, format: 'tar.gz' });
  const response = await fetch(`${address}/cli/v${pinnedVersion.cli}?${query.toString()}`, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(infoSeconds * 1000)]),
  });
  if (!response.ok) throw new Error(`it answered ${response.status} ${response.statusText}`);
  return infoSchema.parse(await response.json());
}

async function downloadTo(file: string, url: string, signal: AbortSignal): Promise<void> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(archiveMinutes * 60_000)]);
  const response = await fetch(url, { signal: limited });
  if (!response.ok || response.body === null)
    throw new Error(`${url} answered ${response.status} ${response.statusText}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file), { signal: limited });
}

function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

/** The message of an error with those of its causes: fetch alone says only that it failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message === '' && 'code' in error ? String(error.code) : error.message;
  return error.cause === undefined ? message : `${message} (${reasonOf(error.cause)})`;
}
