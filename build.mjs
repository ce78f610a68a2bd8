/**
 * Builds dist/: one file per process (command line, worker, compute process, server supervisor), bundled with our own
 * sources only (packages stay in node_modules), and the workflow bundle that workers load. Run by `npm ci` and before
 * start and test; nothing is done where nothing has changed since the last build.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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
  const { metafile } = await build({
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
    metafile: true,
  });
  removeStale(new Set(Object.keys(metafile.outputs).map(file => path.basename(file))));
  for (const [name, folder] of Object.entries(data)) cpSync(inRoot(folder), path.join(dist, name), { recursive: true });
}

/** Chunks of earlier builds stay for a day: a process that was started from them may still have to load some. */
function removeStale(current) {
  const day = 24 * 60 * 60 * 1000;
  for (const name of readdirSync(dist)) {
    if (!/\.js(\.map)?$/.test(name) || current.has(name) || name === 'workflow-bundle.js') continue;
    if (Date.now() - statSync(path.join(dist, name)).mtimeMs > day) rmSync(path.join(dist, name));
  }
}

async function buildWorkflows() {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: inRoot('workflows/index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  const bundle = path.join(dist, 'workflow-bundle.js');
  writeFileSync(`${bundle}.new`, code);
  renameSync(`${bundle}.new`, bundle);
}

/**
 * Names the workflows by what they are and what they say to activities: runs of another version are not replayed, but
 * taken up from the store (worker/temporal/run-client.ts).
 */
function writeWorkflowVersion() {
  const temporal = JSON.parse(readFileSync(inRoot('node_modules/@temporalio/workflow/package.json'), 'utf8')).version;
  const files = readdirSync(inRoot('workflows')).map(name => path.join('workflows', name));
  const hash = createHash('sha256').update(temporal);
  for (const file of [...files.sort(), 'schemas/engine.ts']) hash.update(file).update(readFileSync(inRoot(file)));
  writeFileSync(path.join(dist, 'workflow-version'), hash.digest('hex').slice(0, 12));
}

/** Makes something in dist/ unless it was made from the same sources; the stamp is written last, so a killed build is made again. */
async function unlessMade(name, folders, make) {
  const stamp = path.join(dist, `${name}.sources`);
  const digest = digestOf(folders);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  rmSync(stamp, { force: true });
  await make();
  writeFileSync(stamp, digest);
}

function digestOf(folders) {
  const hash = createHash('sha256');
  const files = folders
    .flatMap(folder => readdirSync(inRoot(folder), { recursive: true }).map(name => path.join(folder, name)))
    .filter(file => statSync(inRoot(file)).isFile());
  for (const file of [...files.sort(), 'build.mjs', 'package-lock.json'])
    hash.update(file).update(readFileSync(inRoot(file)));
  return hash.digest('hex');
}

if (process.argv.includes('--fresh')) rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
const sources = ['activities', 'models', 'planner', 'schemas', 'stats', 'store', 'worker', 'workflows'];
await unlessMade('entries', sources, buildEntries);
await unlessMade('workflow-bundle', ['schemas', 'workflows'], buildWorkflows);
writeWorkflowVersion();
