/** The Temporal program that the user's PATH names, if it is one this project can use. */
import { runCommand, succeeded } from '../processes/run-command.ts';
import { checkBinary } from './check-binary.ts';
import { pinnedVersion, type ServerVersion } from './server-version.ts';

export type PathBinary =
  | { readonly state: 'found'; readonly path: string; readonly version: ServerVersion }
  | { readonly state: 'refused'; readonly reason: string };

/** `fileVersion`: the server that made the file which is to be served, if there is one. */
export async function binaryOnPath(fileVersion: string | undefined, signal?: AbortSignal): Promise<PathBinary> {
  const path = await commandPath('temporal', signal);
  if (path === undefined) return { state: 'refused', reason: 'there is no temporal on PATH' };
  const check = await checkBinary(path, signal);
  if (check.state === 'refused') return check;
  if (fileVersion !== undefined && check.version.server !== fileVersion && fileVersion === pinnedVersion.server) {
    const reason = `${path} has server ${check.version.server}, but the server's file was made by ${fileVersion}`;
    return { state: 'refused', reason };
  }
  return { state: 'found', path, version: check.version };
}

/** Where a command is found on PATH; undefined when it is not. */
async function commandPath(command: string, signal?: AbortSignal): Promise<string | undefined> {
  const result = await runCommand({ command: '/bin/sh', args: ['-c', 'command -v "$0"', command], signal });
  const path = result.lines[0];
  return succeeded(result) && path?.startsWith('/') === true ? path : undefined;
}
