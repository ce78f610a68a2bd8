import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { diagnosticCodes } from '../../planner/diagnostic-codes.ts';
import { displayWidth } from '../../planner/display-width.ts';
import { planStudy } from '../../planner/plan-study.ts';
import { printDiagnostics } from '../../planner/print-diagnostics.ts';
import { testKinds } from './kinds.ts';
import { memoryFiles } from './rig.ts';

const folder = fileURLToPath(new URL('../golden/errors', import.meta.url));

/** Everything in the folder, by path from it. */
const golden = Object.fromEntries(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(folder, file).split(path.sep).join('/'), readFileSync(file)];
    }),
);

const studies = Object.keys(golden).filter(file => /^[^/]*\.yaml$/.test(file));

/** What is printed of a study's mistakes. `# set: a=1 b=2` in its first line stands for `--set` flags. */
function printed(file: string, files: Readonly<Record<string, string | Uint8Array>> = golden): string {
  const set = /^# set: (.*)$/m.exec(new TextDecoder().decode(files[file] as Uint8Array))?.[1]?.split(' ') ?? [];
  const result = planStudy(memoryFiles(files), { file, set, registry: testKinds });
  if (result.ok) throw new Error(`${file} has no mistakes`);
  return printDiagnostics(result.diagnostics, result.texts, { color: false });
}

test.each(studies)('%s is told as written beside it', async file => {
  await expect(printed(file)).toMatchFileSnapshot(path.join(folder, file.replace(/yaml$/, 'txt')));
});

/** Files that no editor would keep, or that are too large to keep. */
const generated: Record<string, Uint8Array> = {
  'nul-bytes': new TextEncoder().encode('study: a\nsteps:\n  a: { use: no\0op }\n'),
  'invalid-utf-8': new Uint8Array([...new TextEncoder().encode('study: a\n# caf'), 0xe9, 0x0a]),
  'utf-16': new Uint8Array([0xff, 0xfe, 0x73, 0x00, 0x74, 0x00]),
  'ten-megabytes': new TextEncoder().encode(`study: a\nsteps:\n${'  # padding that goes on and on\n'.repeat(320_000)}`),
  'deep-brackets': new TextEncoder().encode(`study: ${'['.repeat(1_500_000)}`),
  'deep-blocks': new TextEncoder().encode(`study:\n${'- '.repeat(900_000)}`),
};

test.each(Object.keys(generated))('%s is told as written', async name => {
  const file = `${name}.yaml`;
  await expect(printed(file, { [file]: generated[name]! })).toMatchFileSnapshot(path.join(folder, `${name}.txt`));
});

test('a study that is not there is told', async () => {
  const result = planStudy(memoryFiles({}), { file: 'nowhere.yaml', registry: testKinds });
  const text = result.ok ? '' : printDiagnostics(result.diagnostics, result.texts, { color: false });
  await expect(text).toMatchFileSnapshot(path.join(folder, 'file-missing.txt'));
});

/** Codes without a golden file, each with where it is tested instead. */
const elsewhere = new Map([
  ['graph-too-deep', 'graphs.test.ts'],
  ['too-many-steps', 'graphs.test.ts'],
  ['expression-too-large', 'expression.test.ts'],
  ['varying-outputs', 'own-declarations.test.ts'],
  ['command-failed', 'own-declarations.test.ts'],
  ['unused-axis', 'warnings.test.ts'],
  ['unused-param', 'warnings.test.ts'],
  ['unused-graph', 'warnings.test.ts'],
  ['step-without-cells', 'warnings.test.ts'],
]);

test('every code is told in some golden file, or tested elsewhere', () => {
  const texts = Object.entries(golden)
    .filter(([file]) => file.endsWith('.txt'))
    .map(([, bytes]) => new TextDecoder().decode(bytes))
    .join('\n');
  const untold = Object.entries(diagnosticCodes)
    .filter(([reason, { code }]) => !texts.includes(`error ${code}:`) && !elsewhere.has(reason))
    .map(([reason]) => reason);
  expect(untold).toEqual([]);
});

test('codes are unique, and warnings begin with W', () => {
  const codes = Object.values(diagnosticCodes).map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.every(code => /^[EW]\d{3}$/.test(code))).toBe(true);
});

test('nothing is printed wider than 100 columns, but for words that cannot be broken', () => {
  const wide = studies.flatMap(file =>
    printed(file)
      .split('\n')
      .filter(line => displayWidth(line) > 100),
  );
  expect(wide).toEqual([]);
});
