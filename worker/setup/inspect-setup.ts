/** What of a machine's setup is there, for `espalier doctor`: looks, and changes nothing. */
import type { Config } from '../config.ts';
import { freeBytes } from './disk.ts';
import { findNativeBackend, type NativeBackend } from './native/native-backend.ts';
import { runCommand, succeeded } from './processes/run-command.ts';
import { findServerBinary, type RefusedWay, type ServerBinary } from './temporal/server-binary.ts';

export interface SetupInspection {
  readonly server: { readonly found: ServerBinary } | { readonly refused: readonly RefusedWay[] };
  readonly backend: NativeBackend;
  /** Free for this user where the cache and the home are, or will be. */
  readonly disk: readonly { readonly folder: string; readonly freeBytes: number }[];
  /** What building takes. */
  readonly tools: readonly InspectedTool[];
}

export interface InspectedTool {
  readonly tool: string;
  /** The first line that it prints of itself; undefined when it is not there. */
  readonly version: string | undefined;
}

const tools = [
  { tool: 'node', command: 'node', args: ['--version'] },
  { tool: 'npm', command: 'npm', args: ['--version'] },
  { tool: 'go', command: 'go', args: ['version'] },
  { tool: 'python3', command: 'python3', args: ['--version'] },
  { tool: 'pip', command: 'python3', args: ['-m', 'pip', '--version'] },
  { tool: 'g++', command: 'g++', args: ['--version'] },
] as const;

export async function inspectSetup(config: Config, signal?: AbortSignal): Promise<SetupInspection> {
  const [server, backend, disk, versions] = await Promise.all([
    findServerBinary(config, { signal }),
    findNativeBackend(config),
    Promise.all([config.cache, config.home].map(async folder => ({ folder, freeBytes: await freeBytes(folder) }))),
    Promise.all(tools.map(each => toolVersion(each, signal))),
  ]);
  return { server, backend, disk, tools: versions };
}

async function toolVersion(
  { tool, command, args }: (typeof tools)[number],
  signal?: AbortSignal,
): Promise<InspectedTool> {
  const result = await runCommand({ command, args, timeLimitSeconds: 20, signal });
  // npm may warn of settings before it answers.
  const answer = result.lines.find(line => /\d+\.\d+/.test(line) && !/warn/i.test(line));
  return { tool, version: succeeded(result) ? answer?.trim() : undefined };
}
