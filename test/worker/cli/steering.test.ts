/** Pausing and cancelling a run from another command while `espalier up` is at it. */
import { afterAll, expect, test } from 'vitest';
import { cleanUp } from '../server/rig.ts';
import {
  type Project,
  cellAtWork,
  endCommands,
  endedCells,
  espalier,
  espalierJson,
  keepUp,
  newProject,
  startEspalier,
} from './rig.ts';
import { errorShape, planShape, runShape, statusShape } from './shapes.ts';

const study = (name: string) => `
study: ${name}
axes: { i: { count: 4 } }
steps:
  nap: { use: no-op, over: [i], with: { sleep: 4 } }
  rest: { use: no-op, in: { parts: nap }, with: { sleep: 30 } }
`;

afterAll(async () => {
  endCommands();
  await cleanUp();
});

const statusOf = async (project: Project) => statusShape.parse((await espalierJson(['status'], project)).value);

test('a paused run starts nothing new until it is resumed; a cancelled one ends, and says so to who watches', async () => {
  const project = newProject(study('steered'));
  const idle = await espalierJson(['pause', 'steered-1'], project);
  expect(idle.code).toBe(2);
  const up = await keepUp(project.home);
  const first = startEspalier(['run', project.study], project);
  await cellAtWork(project.home, 'steered-1');
  expect((await espalier(['pause', 'steered-1'], project)).code).toBe(0);
  await endedCells(project.home, 'steered-1', 4);
  await new Promise(resolve => setTimeout(resolve, 2500));
  expect(await statusOf(project)).toMatchObject({ state: 'paused', done: 4, waiting: 4 });
  first.child.kill('SIGINT');
  expect((await first.finished).code).toBe(130);

  const second = startEspalier(['resume', 'steered-1', '--json'], project);
  await expect.poll(async () => (await statusOf(project)).state, { timeout: 20_000 }).toBe('running');
  expect((await espalier(['cancel', 'steered-1'], project)).code).toBe(0);
  const { code, out } = await second.finished;
  expect(code).toBe(1);
  expect(runShape.parse(JSON.parse(out))).toMatchObject({ state: 'cancelled', executed: 4, cancelled: 4 });

  const over = await espalierJson(['cancel', 'steered-1'], project);
  expect(over.code).toBe(2);
  expect(errorShape.parse(over.value).error).toContain('steered-1 is not running now');
  const { value } = await espalierJson(['plan', project.study], project);
  expect(planShape.parse(value)).toMatchObject({ new: 4, cached: 4 });
  up.child.kill('SIGINT');
  await up.finished;
}, 120_000);
