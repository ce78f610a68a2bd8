/** A build whose workflows differ takes runs up from the store: none is stuck on what another version began. */
import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { entryPoint } from '../../../worker/entry-points.ts';
import { cleanUp, temporaryFolder } from '../server/rig.ts';
import { expectNothingTwice } from './disturbed-run.ts';
import { endCommands, endedCells, espalierJson, keepUp, newProject, startEspalier } from './rig.ts';
import { runShape } from './shapes.ts';

const study = `
study: updated
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

/** The command line of a build like this one, but for the version of its workflows. */
function earlierBuild(): string {
  const folder = temporaryFolder();
  const dist = path.dirname(entryPoint('espalier'));
  cpSync(dist, path.join(folder, 'dist'), { recursive: true });
  symlinkSync(fileURLToPath(new URL('../../../node_modules', import.meta.url)), path.join(folder, 'node_modules'));
  cpSync(fileURLToPath(new URL('../../../package.json', import.meta.url)), path.join(folder, 'package.json'));
  writeFileSync(path.join(folder, 'dist', 'workflow-version'), 'earlier');
  return path.join(folder, 'dist', 'espalier.js');
}

test('a run that an earlier version began is gone on with by this one', async () => {
  const project = newProject(study);
  const first = startEspalier(['run', project.study], { ...project, program: earlierBuild() });
  await endedCells(project.home, 'updated-1', 2);
  first.child.kill('SIGKILL');
  await first.finished;
  const { code, value, err } = await espalierJson(['run', project.study], project);
  expect(code, err).toBe(0);
  expect(err).toContain('going on with updated-1');
  expect(runShape.parse(value)).toMatchObject({ run: 'updated-1', state: 'done', executed: 13 });
  await expectNothingTwice(project.home, 'updated-1');
}, 120_000);

test('a command brings its own worker where `espalier up` is of another version', async () => {
  const project = newProject(study);
  const up = await keepUp(project.home, { program: earlierBuild() });
  const { code, value, err } = await espalierJson(['run', project.study], project);
  expect(err).toMatch(/`espalier up` \(process \d+\) was started by another version of Espalier/);
  expect(code, err).toBe(0);
  expect(runShape.parse(value)).toMatchObject({ state: 'done', executed: 13 });
  up.child.kill('SIGTERM');
  await up.finished;
}, 120_000);
