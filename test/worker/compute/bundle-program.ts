/** Programs bundled from the sources as they are, as the build makes them; `dist/` may be older than the sources. */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Plugin, build as bundle } from 'esbuild';
import { root } from '../../architecture/source-files.ts';

export interface Program {
  readonly file: string;
  readonly remove: () => void;
}

/** `entry` is a path from the root; with `bodies`, that module stands in for the real step bodies. */
export async function bundleProgram(entry: string, bodies?: string): Promise<Program> {
  // Below node_modules, so that the bundle finds its packages, as an installed program would.
  const folder = path.join(root, 'node_modules', '.cache', 'espalier-compute-test');
  mkdirSync(folder, { recursive: true });
  const name = path.basename(entry, '.ts');
  const file = path.join(folder, `${name}-${process.pid}-${bodies === undefined ? 'real' : 'odd'}.mjs`);
  await bundle({
    entryPoints: [path.join(root, entry)],
    outfile: file,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.3',
    logLevel: 'error',
    plugins: bodies === undefined ? [] : [replacingBodies(path.join(root, bodies))],
  });
  return { file, remove: () => rmSync(file, { force: true }) };
}

function replacingBodies(file: string): Plugin {
  return {
    name: 'replacing-bodies',
    setup: build => build.onResolve({ filter: /\/steps\/bodies\.ts$/ }, () => ({ path: file })),
  };
}
