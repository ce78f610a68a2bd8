/** The digest of a program's own source: bundled, packages left out, without comments and white space. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { root } from '../architecture/source-files.ts';

/** Fixed, so that two bundles of the same source are the same text. */
const bundling = {
  bundle: true,
  write: false,
  outdir: root,
  absWorkingDir: root,
  format: 'esm',
  platform: 'node',
  target: 'node20.3',
  packages: 'external',
  treeShaking: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'error',
} as const satisfies BuildOptions;

/** SHA-256 of each file with everything of ours that it uses, by name; files are named by their path from the root. */
export async function sourceDigests(files: Readonly<Record<string, string>>): Promise<Map<string, string>> {
  const { outputFiles } = await build({ ...bundling, entryPoints: { ...files } });
  return new Map(outputFiles.map(({ path: file, contents }) => [path.basename(file, '.js'), digest(contents)]));
}

/** The same of a text that stands beside the step bodies. */
export async function digestOfText(contents: string): Promise<string> {
  const stdin = { contents, loader: 'ts', resolveDir: path.join(root, 'activities', 'steps') } as const;
  const { outputFiles } = await build({ ...bundling, stdin });
  return digest(outputFiles[0]!.contents);
}

function digest(contents: Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}
