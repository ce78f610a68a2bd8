/**
 * Builds dist/: one file per process (command line, worker, compute process, server supervisor), bundled with our own
 * sources only (packages stay in node_modules), and the workflow bundle that workers load. Run by `npm ci` and before
 * start and test; takes a second when nothing in workflows/ has changed.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, 'dist');
const inRoot = (...parts) => path.join(root, ...parts);

/** Runnable entries by name: worker/entry-points finds them again as dist/<name>.js. */
const entries = {
  espalier: 'worker/cli/main.ts',
  worker: 'worker/worker-main.ts',
  compute: 'worker/compute/compute-main.ts',
  'server-supervisor': 'worker/server/supervisor-main.ts',
};

/** Files that are read as they are at run time. */
const data = { 'go-build': 'worker/setup/temporal/go-build', 'native-packages': 'worker/setup/native/packages' };

async function buildEntries() {
  for (const name of existsSync(dist) ? readdirSync(dist) : []) {
    if (name.endsWith('.js') && name !== 'workflow-bundle.js') rmSync(path.join(dist, name));
  }
  await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, inRoot(file)])),
    outdir: dist,
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    platform: 'node',
    target: 'node20.3',
    format: 'esm',
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  for (const [name, folder] of Object.entries(data)) cpSync(inRoot(folder), path.join(dist, name), { recursive: true });
}

/** Temporal's bundler takes seconds, so the bundle is made anew only when what goes into it has changed. */
async function buildWorkflows() {
  const bundle = path.join(dist, 'workflow-bundle.js');
  const stamp = path.join(dist, 'workflow-bundle.sources');
  const digest = workflowDigest();
  if (existsSync(bundle) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: inRoot('workflows/index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(bundle, code);
  writeFileSync(stamp, digest);
}

function workflowDigest() {
  const hash = createHash('sha256');
  for (const folder of ['workflows', 'schemas']) {
    for (const file of readdirSync(inRoot(folder))
      .filter(name => name.endsWith('.ts'))
      .sort()) {
      hash.update(file).update(readFileSync(inRoot(folder, file)));
    }
  }
  hash.update(readFileSync(inRoot('node_modules/@temporalio/worker/package.json')));
  return hash.digest('hex');
}

mkdirSync(dist, { recursive: true });
await buildEntries();
await buildWorkflows();
