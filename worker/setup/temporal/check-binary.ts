/** Whether a program is a Temporal server that this project can use. */
import { describeResult, runCommand } from '../processes/run-command.ts';
import { isOlder, oldestServer, parseServerVersion, type ServerVersion } from './server-version.ts';

export type BinaryCheck =
  { readonly state: 'good'; readonly version: ServerVersion } | { readonly state: 'refused'; readonly reason: string };

const versionSeconds = 20;

/** Runs `<file> --version` and judges what it prints. */
export async function checkBinary(file: string, signal?: AbortSignal): Promise<BinaryCheck> {
  const result = await runCommand({ command: file, args: ['--version'], timeLimitSeconds: versionSeconds, signal });
  const printed = result.lines.join('\n');
  const version = parseServerVersion(printed);
  if (version === undefined) {
    const said = printed === '' ? describeResult(result) : `"${printed.slice(0, 200)}"`;
    return { state: 'refused', reason: `${file} --version does not name a Temporal server: ${said}` };
  }
  if (isOlder(version.server, oldestServer)) {
    const reason = `${file} has server ${version.server}; ${oldestServer} or newer is needed (Temporal CLI 1.5.0 or newer)`;
    return { state: 'refused', reason };
  }
  return { state: 'good', version };
}
