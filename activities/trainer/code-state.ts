/** What git says of a trainer's code: the commit it is at, and whether it differs from it. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';

export interface CodeState {
  readonly path: string;
  readonly commit: string;
  /** Changed or never added since that commit. */
  readonly dirty: boolean;
}

/** The state of a file or folder; undefined where it is under no version control, or there is no git. */
export function codeState(code: string): CodeState | undefined {
  const found = statSync(code, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const folder = found.isDirectory() ? code : path.dirname(code);
  const commit = git(folder, ['rev-parse', 'HEAD']);
  const changes = git(folder, ['status', '--porcelain', '--', path.resolve(code)]);
  if (commit === undefined || changes === undefined) return undefined;
  // A file that git ignores has no line there, and is in no commit either.
  const isIgnored = git(folder, ['check-ignore', '--quiet', path.resolve(code)]) !== undefined;
  return { path: code, commit: commit.trim(), dirty: isIgnored || changes.trim() !== '' };
}

const gitMilliseconds = 20_000;

/** What git prints; undefined where it fails or is not there. */
function git(folder: string, words: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', ['-C', folder, ...words], { encoding: 'utf8', timeout: gitMilliseconds });
  return status === 0 ? stdout : undefined;
}
