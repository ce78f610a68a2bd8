import { expect, test } from 'vitest';
import { type SourceFile, sourceFiles } from './source-files.ts';

/** Whose values a folder may import; types may come from any folder named here or in `types`. */
const allowed: Record<string, { values: string[]; types: string[] }> = {
  schemas: { values: ['schemas'], types: [] },
  planner: { values: ['schemas', 'planner'], types: [] },
  store: { values: ['schemas', 'store'], types: [] },
  stats: { values: ['schemas', 'stats'], types: [] },
  models: { values: ['schemas', 'models'], types: [] },
  // Of schemas the one file below: the rest brings zod into the sandbox.
  workflows: { values: ['workflows', 'schemas'], types: ['schemas', 'activities'] },
  activities: { values: ['schemas', 'store', 'stats', 'models', 'activities'], types: ['workflows'] },
  worker: {
    values: ['schemas', 'planner', 'store', 'stats', 'models', 'activities', 'worker', 'workflows'],
    types: [],
  },
};

/** Heavy packages, and the only places that import them. */
const owners: Record<string, RegExp> = {
  yaml: /^planner\/load-document\.ts$/,
  '@marcbachmann/cel-js': /^planner\/expression\.ts$|^activities\/row-expression\.ts$/,
  'apache-arrow': /^store\/arrow\//,
  flatbuffers: /^store\/arrow\//,
  '@tensorflow/tfjs': /^models\//,
  '@tensorflow/tfjs-backend-wasm': /^models\/backend\//,
  '@huggingface/tokenizers': /^models\/text\//,
  '@huggingface/jinja': /^models\/text\//,
  'ml-matrix': /^stats\//,
  'lib-r-math.js': /^stats\/distributions\.ts$/,
  'pure-rand': /^schemas\/random\.ts$/,
  hyparquet: /^activities\/row-formats\//,
  'csv-parse': /^activities\/row-formats\//,
  vega: /^activities\/figures\//,
  'vega-lite': /^activities\/figures\//,
  commander: /^worker\/cli\//,
  '@temporalio/client': /^worker\/temporal\//,
  '@temporalio/worker': /^worker\/temporal\//,
  '@temporalio/envconfig': /^worker\/temporal\//,
  '@temporalio/activity': /^activities\//,
  '@temporalio/workflow': /^workflows\//,
};

/** The owner of a package, whichever of its files is imported. */
const ownerOf = (from: string) => {
  const name = Object.keys(owners).find(each => from === each || from.startsWith(`${each}/`));
  return name === undefined ? undefined : owners[name];
};

const files = sourceFiles();
const folderOf = (file: string) => file.split('/')[0] ?? '';

test('a folder imports only what the table allows', () => {
  const breaches = files.flatMap(({ file, imports }) =>
    imports
      .filter(each => each.relative)
      .filter(({ from, typeOnly }) => {
        const row = allowed[folderOf(file)]!;
        return !row.values.includes(folderOf(from)) && !(typeOnly && row.types.includes(folderOf(from)));
      })
      .map(({ from, typeOnly }) => `${file} imports ${typeOnly ? 'types' : 'values'} of ${from}`),
  );
  expect(breaches).toEqual([]);
});

test('workflow code sees only workflow code, Temporal and schemas/ranges', () => {
  const breaches = files
    .filter(({ file }) => folderOf(file) === 'workflows')
    .flatMap(({ file, imports }) =>
      imports
        .filter(({ typeOnly }) => !typeOnly)
        .filter(
          ({ from }) =>
            !from.startsWith('workflows/') &&
            !['@temporalio/workflow', '@temporalio/common', 'schemas/ranges.ts'].includes(from),
        )
        .map(({ from }) => `${file} imports ${from}`),
    );
  expect(breaches).toEqual([]);
});

test('a heavy package is imported in one place', () => {
  const breaches = files.flatMap(({ file, imports }: SourceFile) =>
    imports.filter(({ from }) => ownerOf(from)?.test(file) === false).map(({ from }) => `${file} imports ${from}`),
  );
  expect(breaches).toEqual([]);
});

test('planner is pure: no clock, no network, no process', () => {
  const forbidden = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\bfetch\(/;
  const breaches = files
    .filter(({ file }) => folderOf(file) === 'planner')
    .filter(
      ({ text, imports }) =>
        forbidden.test(text) || imports.some(({ from }) => /^node:(net|http|fs|child_process|os)/.test(from)),
    )
    .map(({ file }) => file);
  expect(breaches).toEqual([]);
});

test('the environment is read in worker/config alone', () => {
  const breaches = files
    .filter(({ file, text }) => file !== 'worker/config.ts' && /\bprocess\.env\b/.test(text))
    .map(({ file }) => file);
  expect(breaches).toEqual([]);
});

test('random numbers come from named seeds alone', () => {
  const breaches = files.filter(({ text }) => /\bMath\.random\b|\brandomUUID\b/.test(text)).map(({ file }) => file);
  // The store's own id is no result: it only keeps two stores on one server apart.
  expect(breaches.filter(file => !file.startsWith('store/'))).toEqual([]);
});
