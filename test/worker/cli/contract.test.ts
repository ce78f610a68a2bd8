/** What the command line promises, on a real server that `espalier up` keeps: shapes, counts, exit codes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanUp } from '../server/rig.ts';
import {
  type Finished,
  type Project,
  type StartedCommand,
  endCommands,
  espalier,
  espalierJson,
  keepUp,
  madeBy,
  newProject,
} from './rig.ts';
import { lsShape, planShape, rowsShape, runShape, statusShape, validateShape } from './shapes.ts';

const study = `
study: small
params: { late: 1, broken: -1, parts: { type: list, default: [a, b] } }
axes: { i: { count: 3 } }
steps:
  root: { use: no-op }
  early: { use: no-op, over: [i], in: { parts: root }, with: { bytes: 2 } }
  late: { use: no-op, in: { parts: early }, with: { bytes: "\${late}", fail: "\${i == broken}" } }
  join: { use: no-op, over: [], in: { parts: late }, with: { bytes: "\${size(parts)}" } }
  apart: { use: no-op, over: [i], in: { parts: root }, with: { bytes: 5 } }
`;

const below = ['late[i=0]', 'late[i=1]', 'late[i=2]', 'join'];

let project: Project;
let up: StartedCommand | undefined;
let first: Finished;

beforeAll(async () => {
  project = newProject(study);
  up = await keepUp(project.home);
  first = await espalier(['run', project.study, '--json'], project);
});
afterAll(async () => {
  up?.child.kill('SIGINT');
  expect((await up?.finished)?.code ?? 0).toBe(0);
  endCommands();
  await cleanUp();
});

const run = async (...flags: string[]) => {
  const { code, value } = await espalierJson(['run', project.study, ...flags], project);
  return { code, ...runShape.parse(value) };
};
const plan = async (...flags: string[]) => {
  const { code, value } = await espalierJson(['plan', project.study, ...flags], project);
  expect(code).toBe(0);
  return planShape.parse(value);
};

describe('on a server that is kept up', () => {
  test('a run makes every cell, says so in one JSON object, and exits with 0', () => {
    expect(first.code).toBe(0);
    const { run: name, seconds, report, ...counts } = runShape.parse(JSON.parse(first.out));
    expect(counts).toEqual({
      state: 'done',
      cells: 11,
      executed: 11,
      cached: 0,
      failed: 0,
      blocked: 0,
      skipped: 0,
      cancelled: 0,
    });
    expect(name).toBe('small-1');
    expect(seconds).toBeGreaterThan(0);
    expect(report).toMatch(/small-1\/report\.html$/);
  });

  test('the same study again executes nothing', async () => {
    expect(await plan()).toMatchObject({ study: 'small', cells: 11, new: 0, cached: 11 });
    expect(await run()).toMatchObject({ code: 0, state: 'done', executed: 0, cached: 11 });
  });

  test('a changed parameter of one step makes its cells and those below anew: plan names them, run executes them', async () => {
    const forecast = await plan('--set', 'late=3');
    const news = forecast.steps.map(({ step, new: fresh, cached }) => [step, fresh, cached]);
    expect(news).toEqual([
      ['root', 0, 1],
      ['early', 0, 3],
      ['late', 3, 0],
      ['join', 1, 0],
      ['apart', 0, 3],
    ]);
    expect(forecast.changed?.changes.map(({ step, field, cells }) => [step, field, cells])).toEqual([
      ['late', 'with.bytes', 3],
    ]);
    expect(forecast.changed?.below).toBe(1);
    const changed = await run('--set', 'late=3');
    expect(changed).toMatchObject({ code: 0, executed: 4, cached: 7 });
    expect(await madeBy(project.home, changed.run)).toEqual(below);
    expect(await plan('--set', 'late=3')).toMatchObject({ new: 0, cached: 11 });
  });

  test('a list param is set with JSON, as reports print it', async () => {
    const forecast = await plan('--set', 'parts=["a","b, c",3]');
    expect(forecast.steps.filter(step => step.new > 0).map(({ step }) => step)).toEqual(['join']);
    expect(await plan('--set', 'parts=["c","d"]')).toMatchObject({ new: 0 });
  });

  test('a failed cell exits with 1, blocks what is below it, and is named with its reason', async () => {
    const broken = await run('--set', 'broken=1');
    expect(broken).toMatchObject({ code: 1, state: 'failed', failed: 1, blocked: 1, executed: 0, cached: 9 });
    const { code, value } = await espalierJson(['status', broken.run], project);
    expect(code).toBe(0);
    const status = statusShape.parse(value);
    expect(status).toMatchObject({ state: 'failed', failed: 1, blocked: 1, cached: 9 });
    expect(status.failures.map(({ cell, state, class: failure, because }) => [cell, state, failure, because])).toEqual([
      ['late[i=1]', 'failed', 'user', undefined],
      ['join', 'blocked', undefined, 'late[i=1]'],
    ]);
    const table = await espalier(['table', 'late[i=1]', '--run', broken.run], project);
    expect(table).toMatchObject({ code: 2, out: '' });
    expect(table.err).toContain(
      'late[i=1] has no result in ' + broken.run + ': it failed (user): it was asked to fail',
    );
    const lineage = await espalier(['lineage', 'join', '--run', broken.run], project);
    expect(lineage.code).toBe(2);
    expect(lineage.err).toMatch(/join has no result in small-\d+: it was blocked: .*late/);
  });

  test('the rows of a step, a cell, an output and a digest are the latest run’s unless another is named', async () => {
    await run('--set', 'late=3');
    const rows = async (...words: string[]) => {
      const { code, value } = await espalierJson(['table', ...words], project);
      expect(code).toBe(0);
      return rowsShape.parse(value);
    };
    const late = [0, 1, 2].map(i => ({ i, parts: 1, text: 'xxx' }));
    expect(await rows('late')).toEqual(late);
    expect(await rows('late.out')).toEqual(late);
    expect(await rows('late[i=1]')).toEqual(late.slice(1, 2));
    expect(await rows('late', '--run', 'small-1')).toEqual(late.map(row => ({ ...row, text: 'x' })));
    const csv = await espalier(['table', 'late', '--csv'], project);
    expect(csv).toMatchObject({ code: 0, out: 'i,parts,text\n0,1,xxx\n1,1,xxx\n2,1,xxx\n', err: '' });
    const { value } = await espalierJson(['lineage', 'late[i=2]'], project);
    const { digest } = (value as { outputs: { out: { digest: string } } }).outputs.out;
    expect(await rows(digest)).toEqual([{ parts: 1, text: 'xxx' }]);
  });

  test('the lineage of a cell leads to its roots, each made by what it names', async () => {
    const { code, value } = await espalierJson(['lineage', 'join', '--run', 'small-1'], project);
    expect(code).toBe(0);
    interface Node {
      readonly name?: string;
      readonly shown?: string;
      readonly key: string;
      readonly outputs?: { readonly out: { readonly digest: string } };
      readonly inputs?: readonly { readonly parts: readonly { digest: string; key: string; made_by: Node }[] }[];
    }
    const edges: string[] = [];
    const walk = (node: Node) => {
      for (const { parts } of node.inputs ?? []) {
        for (const { made_by: made, key, digest } of parts) {
          expect(made.key).toBe(key);
          if (made.outputs !== undefined) expect(made.outputs.out.digest).toBe(digest);
          edges.push(`${node.name} ← ${made.name}`);
          walk(made);
        }
      }
    };
    walk(value as Node);
    expect(edges.toSorted()).toEqual(
      [0, 1, 2]
        .flatMap(i => [`join ← late[i=${i}]`, `late[i=${i}] ← early[i=${i}]`, `early[i=${i}] ← root`])
        .toSorted(),
    );
    const { out } = await espalier(['lineage', 'join', '--run', 'small-1', '--depth', '1'], project);
    expect(out).toContain('late[i=0]');
    expect(out).not.toContain('early[i=0]');
  });

  test('runs are listed with their counts', async () => {
    const { value } = await espalierJson(['ls'], project);
    expect(lsShape.parse(value)[0]).toMatchObject({ run: 'small-1', study: 'small', state: 'done', executed: 11 });
  });

  test('nothing printed outside a terminal has colour codes or redrawn lines', async () => {
    const commands = [
      ['run', project.study],
      ['run', project.study, '--set', 'broken=1'],
      ['plan', project.study],
      ['status'],
      ['ls'],
      ['table', 'late'],
      ['lineage', 'root'],
      ['validate', project.study, '--set', 'nope=1'],
      ['doctor'],
    ];
    for (const words of commands) {
      // Colour libraries take `CI` for a terminal that shows colours.
      const { out, err } = await espalier(words, { ...project, environment: { CI: 'true' } });
      expect(`${words[0]}: ${out}${err}`).not.toContain('\u001B');
    }
  });
});

test('validate lists what is wrong with file, line, column and remedy, and exits with 2', async () => {
  const wrong = newProject(study.replace('use: no-op, over: [i]', 'use: no-opp, over: [j]'));
  const { code, value } = await espalierJson(['validate', wrong.study], wrong);
  expect(code).toBe(2);
  const { ok, diagnostics } = validateShape.parse(value);
  expect(ok).toBe(false);
  expect(diagnostics.map(({ file, line }) => [file, line])).toContainEqual([wrong.study, 7]);
  for (const command of ['run', 'plan']) {
    const same = await espalierJson([command, wrong.study], wrong);
    expect(same.code).toBe(2);
    expect(validateShape.parse(same.value).diagnostics).toEqual(diagnostics);
  }
  const right = await espalierJson(['validate', project.study], wrong);
  expect(right).toMatchObject({ code: 0, value: { ok: true } });
  validateShape.parse(right.value);
});
