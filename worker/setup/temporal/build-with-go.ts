/** Builds the pinned Temporal program from the Go module proxy. */
import { cp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { dataFolder } from '../../entry-points.ts';
import type { CachedFolderJob } from '../cached-folder.ts';
import { describeResult, succeeded, type CommandResult } from '../processes/run-command.ts';
import { buildProgress } from './build-progress.ts';
import { isOlder, pinnedVersion } from './server-version.ts';

/** The first Go that can fetch a newer one. */
const goThatFetches = '1.21.0';
/** Measured: 5 minutes on 2 cores, module downloads included; a slow line or a busy machine takes longer. */
const buildMinutes = 60;

/** Builds `<job.partial>/temporal`; undefined when that worked, else why not. */
export async function buildWithGo(job: CachedFolderJob): Promise<string | undefined> {
  const toolchain = await chooseToolchain(job, await goNeededFor(dataFolder('go-build')));
  if ('reason' in toolchain) return toolchain.reason;
  const folder = path.join(job.partial, 'go-build');
  await cp(dataFolder('go-build'), folder, { recursive: true });
  job.say(`building Temporal CLI ${pinnedVersion.cli} with Go, once for this user: some minutes on first use`);
  const result = await job.run({
    command: 'go',
    args: buildArguments,
    folder,
    // The user's own GOFLAGS might name another -mod; cgo would need a C compiler and tie the program to this system.
    environment: {
      GOTOOLCHAIN: toolchain.use,
      GOFLAGS: '-mod=readonly',
      CGO_ENABLED: '0',
      GOOS: undefined,
      GOARCH: undefined,
    },
    timeLimitSeconds: buildMinutes * 60,
    onLine: buildProgress(job.say),
  });
  await rm(folder, { recursive: true });
  if (!succeeded(result)) return `go build: ${describeResult(result)}\n${lastLines(result)}`;
  job.say("Go's own caches keep up to 3.4 GB of it for later builds; free them with: go clean -cache -modcache");
  return undefined;
}

const versionVariable = 'github.com/temporalio/cli/internal/temporalcli.Version';
const buildArguments = [
  'build',
  '-v',
  '-trimpath',
  '-buildvcs=false',
  // Without symbols it is half the size; the version is what release builds set, too.
  `-ldflags=-s -w -X ${versionVariable}=${pinnedVersion.cli}`,
  '-o',
  '../temporal',
  'github.com/temporalio/cli/cmd/temporal',
];

type Toolchain = { readonly use: 'local' | 'auto' } | { readonly reason: string };

async function chooseToolchain(job: CachedFolderJob, goNeeded: string): Promise<Toolchain> {
  const result = await job.run({ command: 'go', args: ['version'], environment: { GOTOOLCHAIN: 'local' } });
  if (result.state === 'missing') return { reason: 'go is not on PATH' };
  const version = /go version go(\d+\.\d+(?:\.\d+)?)/.exec(result.lines.join('\n'))?.[1];
  if (version === undefined) return { reason: `go version: ${describeResult(result)}\n${lastLines(result)}` };
  if (!isOlder(version, goNeeded)) return { use: 'local' };
  if (isOlder(version, goThatFetches)) {
    return {
      reason: `Go ${version} is too old: ${goNeeded} is needed, and only Go ${goThatFetches} or newer can fetch it`,
    };
  }
  job.say(`Go ${version} is older than ${goNeeded}: it fetches a newer toolchain from the Go module proxy`);
  return { use: 'auto' };
}

async function goNeededFor(module: string): Promise<string> {
  const version = /^go (\S+)$/m.exec(await readFile(path.join(module, 'go.mod'), 'utf8'))?.[1];
  if (version === undefined) throw new Error(`internal: ${module}/go.mod names no version of Go`);
  return version;
}

/** Enough to see what went wrong; the log has the rest. */
function lastLines(result: CommandResult): string {
  return result.lines
    .slice(-8)
    .map(line => `    ${line}`)
    .join('\n');
}
