/** Several commands on one home at once: they share the work, and what one leaves another takes up. */
import { afterAll, expect, test } from 'vitest';
import { cleanUp } from '../server/rig.ts';
import { expectNothingTwice } from './disturbed-run.ts';
import { endCommands, endedCells, espalierJson, keepUp, newProject, startEspalier } from './rig.ts';
import { runShape } from './shapes.ts';

const study = `
study: shared
axes: { i: { count: 6 } }
steps:
  nap: { use: no-op, over: [i], with: { sleep: 1 } }
  rest: { use: no-op, in: { parts: nap }, with: { sleep: 1 } }
  join: { use: no-op, over: [], in: { parts: rest } }
`;

afterAll(async () => {
  endCommands();
  await cleanUp();
});

test('the same study started twice is one run, which both watch to its end', async () => {
  const project = newProject(study);
  const first = startEspalier(['run', project.study, '--json'], project);
  await endedCells(project.home, 'shared-1', 0);
  const second = await espalierJson(['run', project.study], project);
  const { code, out } = await first.finished;
  for (const [exit, value] of [
    [code, JSON.parse(out)],
    [second.code, second.value],
  ] as const) {
    expect(exit).toBe(0);
    expect(runShape.parse(value)).toMatchObject({ run: 'shared-1', state: 'done', executed: 13 });
  }
  await expectNothingTwice(project.home, 'shared-1');
}, 120_000);

test.skipIf(process.platform !== 'linux')(
  'a run goes on with a worker of its own when the `espalier up` that served it is killed',
  async () => {
    const project = newProject(study);
    const up = await keepUp(project.home);
    const run = startEspalier(['run', project.study, '--json'], project);
    await endedCells(project.home, 'shared-1', 1);
    up.child.kill('SIGKILL');
    const { code, out, err } = await run.finished;
    expect(err).toContain('`espalier up` is gone');
    expect(code, err).toBe(0);
    expect(runShape.parse(JSON.parse(out))).toMatchObject({ state: 'done', executed: 13 });
    await expectNothingTwice(project.home, 'shared-1');
  },
  120_000,
);
