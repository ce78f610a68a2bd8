/** A trainer's code, copied to where it runs: what it runs is what the key says, whatever happens to the originals. */
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { codePrefix } from '../../schemas/steps/exec.ts';
import { digestSourceTree, sourceTreeFiles } from '../../store/source-tree.ts';
import { CellFailure } from '../cell-failure.ts';
import type { OutsideWork } from '../step-body.ts';

/** Copies every file and folder of `code` below `folder`, by the names the study gives them; refuses what has changed. */
export async function copyCode({ files }: Pick<OutsideWork, 'files'>, folder: string): Promise<void> {
  for (const [name, { path: from, digest }] of Object.entries(files)) {
    if (!name.startsWith(codePrefix)) continue;
    const to = path.join(folder, name.slice(codePrefix.length));
    for (const { below, file } of treeFiles(from)) {
      const target = path.join(to, below);
      await mkdir(path.dirname(target), { recursive: true });
      await copyFile(file, target);
    }
    // The copy is what counts: the original may change while it is copied.
    const found = digestSourceTree(to)?.digest;
    if (found !== digest) {
      throw new CellFailure(
        'user',
        `${from} has changed since the plan was made (${digest.slice(0, 12)} then, ${found?.slice(0, 12) ?? 'nothing'} now): run the study again to plan with what it holds now`,
      );
    }
  }
}

/** The paths of the originals of a trainer's code, for whoever asks a version control system about them. */
export function codePaths(files: OutsideWork['files']): string[] {
  return Object.entries(files).flatMap(([name, { path: from }]) => (name.startsWith(codePrefix) ? [from] : []));
}

function treeFiles(from: string) {
  try {
    return sourceTreeFiles(from);
  } catch (error) {
    throw new CellFailure('user', `cannot read ${from}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
