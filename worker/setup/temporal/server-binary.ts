/** A Temporal server's program on this machine: found on PATH or in the cache, else built with Go, else downloaded. */
import path from 'node:path';
import process from 'node:process';
import type { Config } from '../../config.ts';
import { cacheLog, type CachedFolderJob, haveCachedFolder, isComplete } from '../cached-folder.ts';
import type { SetupOptions } from '../progress.ts';
import { binaryOnPath } from './binary-on-path.ts';
import { buildWithGo } from './build-with-go.ts';
import { checkBinary } from './check-binary.ts';
import { downloadBinary } from './download-binary.ts';
import { pinnedVersion, type ServerVersion } from './server-version.ts';

export interface ServerBinary {
  readonly path: string;
  readonly way: ServerBinaryWay;
  readonly version: ServerVersion;
}

export type ServerBinaryWay = 'PATH' | 'cache' | 'Go' | 'download';

/** Why one way of having the program led to none. */
export interface RefusedWay {
  readonly way: ServerBinaryWay;
  readonly reason: string;
}

export interface ServerBinarySearch {
  /**
   * Version of the server that made the file which is to be served, if there is one. A program on PATH with another
   * version is passed over when the pinned one has this version, since no server reads another's file.
   */
  readonly fileVersion?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ServerBinaryOptions extends SetupOptions, ServerBinarySearch {
  /** Where the download is asked for. */
  readonly downloadAddress?: string;
}

const topic = 'temporal server';

/** Looks on PATH, then in the cache; builds and downloads nothing. */
export async function findServerBinary(
  config: Config,
  search: ServerBinarySearch = {},
): Promise<{ readonly found: ServerBinary } | { readonly refused: readonly RefusedWay[] }> {
  const onPath = await binaryOnPath(search.fileVersion, search.signal);
  if (onPath.state === 'found') return { found: { path: onPath.path, way: 'PATH', version: onPath.version } };
  const folder = cacheFolder(config);
  // What was checked when it was made is not run again.
  if (await isComplete(folder)) return { found: { path: programIn(folder), way: 'cache', version: pinnedVersion } };
  return {
    refused: [
      { way: 'PATH', reason: onPath.reason },
      { way: 'cache', reason: `${programIn(folder)} is not there` },
    ],
  };
}

/**
 * Finds the program, or makes it once for this user: with Go, else by download. Throws a `ServerBinaryError` that names
 * every way tried when none worked.
 */
export async function haveServerBinary(config: Config, options: ServerBinaryOptions): Promise<ServerBinary> {
  const search = await findServerBinary(config, options);
  if ('found' in search) return search.found;
  const folder = cacheFolder(config);
  let way: ServerBinaryWay = 'cache';
  const make = async (job: CachedFolderJob) => {
    const made = await makeBinary(job, options.downloadAddress ?? 'https://temporal.download');
    if ('refused' in made) throw new ServerBinaryError([...search.refused, ...made.refused], cacheLog(folder));
    way = made.way;
  };
  await haveCachedFolder({ folder, topic, keyFiles: [programName], make }, options);
  options.progress({ topic, text: `Temporal CLI ${pinnedVersion.cli} (server ${pinnedVersion.server}) is ready` });
  return { path: programIn(folder), way, version: pinnedVersion };
}

/** No way led to a Temporal server. */
export class ServerBinaryError extends Error {
  override readonly name = 'ServerBinaryError';
  readonly refused: readonly RefusedWay[];

  constructor(refused: readonly RefusedWay[], log: string) {
    super(
      [
        'no Temporal server could be had on this machine. Tried, in this order:',
        ...refused.map(({ way, reason }) => `  ${wayNames[way]}: ${reason}`),
        'Any one of these mends it:',
        '  - put the program `temporal` on PATH (Temporal CLI 1.5.0 or newer)',
        '  - install Go 1.21 or newer and let it reach a Go module proxy (GOPROXY)',
        '  - set TEMPORAL_ADDRESS to a server that is running',
        `The full log is ${log}`,
      ].join('\n'),
    );
    this.refused = refused;
  }
}

const wayNames: Record<ServerBinaryWay, string> = {
  PATH: 'on PATH',
  cache: 'in the cache',
  Go: 'built with Go',
  download: 'downloaded',
};

const programName = 'temporal';
const programIn = (folder: string) => path.join(folder, programName);

function cacheFolder(config: Config): string {
  return path.join(config.cache, 'temporal', `${pinnedVersion.cli}-${process.platform}-${process.arch}`);
}

async function makeBinary(
  job: CachedFolderJob,
  downloadAddress: string,
): Promise<{ readonly way: ServerBinaryWay } | { readonly refused: readonly RefusedWay[] }> {
  const ways = [
    { way: 'Go', make: () => buildWithGo(job) },
    { way: 'download', make: () => downloadBinary(job, downloadAddress) },
  ] as const;
  const refused: RefusedWay[] = [];
  for (const { way, make } of ways) {
    const reason = (await make()) ?? (await refusal(job));
    if (reason === undefined) return { way };
    refused.push({ way, reason });
    job.say(`${wayNames[way]}: not possible, ${reason.split('\n')[0]}`);
  }
  return { refused };
}

/** Why the program just made is of no use; undefined when it is good. */
async function refusal(job: CachedFolderJob): Promise<string | undefined> {
  const check = await checkBinary(programIn(job.partial), job.signal);
  if (check.state === 'refused') return check.reason;
  const { server } = check.version;
  return server === pinnedVersion.server ? undefined : `it has server ${server} instead of ${pinnedVersion.server}`;
}
