/** Ctrl-C: the run stops where it is, and goes on with `resume` or `run`. */
import { afterAll, expect, test } from 'vitest';
import { cleanUp } from '../server/rig.ts';
import { expectNothingTwice, sleepingCells, sleepingStudy } from './disturbed-run.ts';
import { endCommands, endedCells, espalier, espalierJson, keepUp, newProject, startEspalier } from './rig.ts';
import { errorShape, runShape, statusShape } from './shapes.ts';

afterAll(async () => {
  endCommands();
  await cleanUp();
});

test('a run that is interrupted exits with 130, and goes on with resume, then with run, nothing done twice', async () => {
  const project = newProject(sleepingStudy);
  const first = startEspalier(['run', project.study, '--json'], project);
  await endedCells(project.home, 'sleeping-1', 4);
  first.child.kill('SIGINT');
  const interrupted = await first.finished;
  expect(interrupted.code).toBe(130);
  expect(interrupted.err).toContain('espalier resume sleeping-1');
  const shown = runShape.parse(JSON.parse(interrupted.out));
  expect(shown).toMatchObject({ run: 'sleeping-1', state: 'interrupted', cells: sleepingCells, report: null });
  const status = statusShape.parse((await espalierJson(['status'], project)).value);
  expect(status.state).toBe('interrupted');
  expect(status.done).toBeGreaterThanOrEqual(shown.executed);
  expect(status.done).toBeLessThan(sleepingCells);

  const second = startEspalier(['resume', 'sleeping-1', '--json'], project);
  await endedCells(project.home, 'sleeping-1', status.done + 4);
  second.child.kill('SIGTERM');
  expect((await second.finished).code).toBe(130);

  const { code, value } = await espalierJson(['run', project.study], project);
  expect(code).toBe(0);
  expect(runShape.parse(value)).toMatchObject({ run: 'sleeping-1', state: 'done', executed: sleepingCells });
  await expectNothingTwice(project.home, 'sleeping-1');

  const ended = await espalierJson(['resume', 'sleeping-1'], project);
  expect(ended.code).toBe(2);
  expect(errorShape.parse(ended.value).error).toContain(`sleeping-1 has ended`);
}, 120_000);

test('under `espalier up` Ctrl-C leaves the run going, and resume watches it to its end', async () => {
  const project = newProject(`
study: watched
axes: { i: { count: 4 } }
steps: { nap: { use: no-op, over: [i], with: { sleep: 4 } }, after: { use: no-op, in: { parts: nap } } }
`);
  const up = await keepUp(project.home);
  const second = await espalier(['up'], project);
  expect(second.code).toBe(2);
  expect(second.err).toContain(`process ${up.child.pid} is keeping ${project.home} up already`);
  const first = startEspalier(['run', project.study], project);
  await expect.poll(first.said, { timeout: 20_000 }).toContain('run watched-1');
  await new Promise(resolve => setTimeout(resolve, 1500));
  first.child.kill('SIGINT');
  const { code, err } = await first.finished;
  expect(code).toBe(130);
  expect(err).toContain('watched-1 goes on without this command');
  expect((await espalierJson(['status'], project)).value).toMatchObject({ state: 'running' });
  const { code: watched, value } = await espalierJson(['resume', 'watched-1'], project);
  expect(watched).toBe(0);
  expect(runShape.parse(value)).toMatchObject({ state: 'done', executed: 8 });
  await expectNothingTwice(project.home, 'watched-1');
  up.child.kill('SIGINT');
  expect((await up.finished).code).toBe(0);
}, 120_000);
