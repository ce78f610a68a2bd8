/** What the command line says to people who ask, and to those who err: where, what, how to mend. No server is needed. */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cleanUp, temporaryFolder } from '../server/rig.ts';
import { endCommands, espalier, espalierJson, newProject } from './rig.ts';
import { errorShape } from './shapes.ts';

afterAll(async () => {
  endCommands();
  await cleanUp();
});

const verbs = [
  'validate',
  'plan',
  'run',
  'schema',
  'resume',
  'rerun',
  'pause',
  'status',
  'ls',
  'table',
  'explain',
  'logs',
  'report',
  'lineage',
  'audit',
  'gc',
  'pin',
  'unpin',
  'cancel',
  'retry-now',
  'watch',
  'drain',
  'approve',
  'up',
  'setup',
  'doctor',
];

describe('help', () => {
  test('the first page lists every verb and the exit codes, within 80 columns', async () => {
    const { code, out } = await espalier(['--help']);
    expect(code).toBe(0);
    expect(out.match(/^ {2}(?!espalier)[a-z-]+(?= )/gm)?.map(word => word.trim())).toEqual([...verbs, 'help']);
    for (const words of ['0 done', '1 cells', '2 the input', '3 the machinery', '130 interrupted'])
      expect(out).toContain(words);
    expect(longestLine(out)).toBeLessThanOrEqual(80);
  });

  test.each(verbs)('%s shows an example of itself, within 80 columns', async verb => {
    const { code, out } = await espalier([verb, '--help']);
    expect(code).toBe(0);
    expect(out.split('\nExamples:\n')[1]).toMatch(new RegExp(`^  espalier ${verb}\\b`));
    expect(longestLine(out)).toBeLessThanOrEqual(80);
  });
});

const study = 'study: tiny\nsteps: { only: { use: no-op } }\n';

describe('misuse exits with 2 and says how to mend it', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown verb', ['rnu'], /unknown command 'rnu'[^]*Did you mean run/],
    ['an unknown option', ['run', 'STUDY', '--slot', '2'], /unknown option '--slot'[^]*Did you mean --slots/],
    ['a missing argument', ['run'], /missing required argument 'study'[^]*espalier run --help/],
    ['a study that is not there', ['run', 'nothere.yaml'], /There is no file `nothere\.yaml`[^]*fix: /],
    ['slots that are no number', ['run', 'STUDY', '--slots', 'two'], /--slots[^]*'two'[^]*whole number, 1 or more/],
    ['slots below one', ['up', '--slots', '0'], /--slots[^]*'0'[^]*whole number, 1 or more/],
    ['an unknown backend', ['run', 'STUDY', '--backend', 'cuda'], /--backend[^]*'cuda'[^]*native, wasm, cpu/],
    ['an unknown param', ['plan', 'STUDY', '--set', 'x=1'], /no param `x`[^]*fix: /],
    ['a flag without a value', ['plan', 'STUDY', '--set', 'x'], /takes `name=value`[^]*fix: /],
    ['a depth that is no number', ['lineage', 'only', '--depth', 'all'], /--depth[^]*whole number, 0 or more/],
    [
      'two ways of choosing',
      ['rerun', 'r-1', '--failed', '--cells', 'true'],
      /'--failed' cannot be used with[^]*--help/,
    ],
    ['a rerun where nothing ran', ['rerun', 'r-1'], /there is no run yet in .*--home DIR/],
    ['an explanation where nothing ran', ['explain', 'only'], /there is no run yet in .*--home DIR/],
    ['a plan against a run where nothing ran', ['plan', 'STUDY', '--against', 'r-1'], /there is no run yet/],
    ['runs asked for where there are none', ['status'], /there is no run yet in .*--home DIR/],
  ];
  test.each(cases)('%s', async (_, words, says) => {
    const project = newProject(study);
    const { code, out, err } = await espalier(
      words.map(word => (word === 'STUDY' ? project.study : word)),
      project,
    );
    expect(err).toMatch(says);
    expect(err).not.toMatch(/^\s+at .*\.js:/m);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(existsSync(project.home)).toBe(false);
  });

  test('with --json an error is one JSON object', async () => {
    const { code, value } = await espalierJson(['status'], newProject(study));
    expect(code).toBe(2);
    expect(errorShape.parse(value).error).toContain('there is no run yet');
  });
});

describe('machinery that fails exits with 3', () => {
  const homes: readonly (readonly [string, () => string])[] = [
    ['a file', () => fileIn(temporaryFolder())],
    ['below a file', () => path.join(fileIn(temporaryFolder()), 'home')],
    ['where no folder can be made', () => '/proc/espalier/home'],
  ];
  test.each(homes)('a home that is %s is refused by its path, with what to do', async (_, home) => {
    const { study: file } = newProject(study);
    for (const words of [['run', file], ['up']]) {
      const { code, err } = await espalier([...words, '--home', home()]);
      expect(err).toMatch(/^error: .*(cannot be made|is no folder|cannot be written).*\n.*--home/m);
      expect(err).not.toMatch(/^\s+at .*\.js:/m);
      expect(code).toBe(3);
    }
  });

  test('a server that is named and does not answer is said to be so', async () => {
    const project = newProject(study);
    const { code, err } = await espalier(['run', project.study], {
      ...project,
      environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    });
    expect(code).toBe(3);
    expect(err).toContain('127.0.0.1:1');
    expect(err).toContain('TEMPORAL_ADDRESS');
  });
});

test('looking makes nothing: plan leaves no home behind', async () => {
  const project = newProject(study);
  expect((await espalier(['plan', project.study], project)).code).toBe(0);
  expect(existsSync(project.home)).toBe(false);
});

test('the home is .espalier in the working folder unless a variable or a flag names another', async () => {
  const folder = temporaryFolder();
  const other = path.join(folder, 'other');
  const error = async (words: readonly string[], environment: Record<string, string> = {}) =>
    (await espalier(['ls', ...words], { folder, environment })).err;
  expect(await error([])).toContain(path.join(folder, '.espalier'));
  expect(await error([], { ESPALIER_HOME: other })).toContain(other);
  expect(await error(['--home', 'flag'], { ESPALIER_HOME: other })).toContain(path.join(folder, 'flag'));
});

function longestLine(text: string): number {
  return Math.max(...text.split('\n').map(line => line.length));
}

function fileIn(folder: string): string {
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  return file;
}
