/** Where slots are short: runs take turns, and one of a higher priority goes first. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cleanUp } from '../server/rig.ts';
import { endCommands, endedCells, espalierJson, keepUp, newProject, readLog, startEspalier } from './rig.ts';
import { runShape } from './shapes.ts';

const trainer = `
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
const { outputs, parameters } = JSON.parse(readFileSync(process.env.ESPALIER_CONFIG, 'utf8'));
await setTimeout(300);
writeFileSync(outputs.out.path, JSON.stringify(parameters));
`;

const study = (name: string) => `
study: ${name}
axes: { i: { count: 7 } }
steps:
  train:
    use: exec
    over: [i]
    with: { command: [node, trainer.mjs], code: [trainer.mjs], outputs: { out: json }, parameters: { i: '\${i}', of: ${name} } }
`;

afterAll(async () => {
  endCommands();
  await cleanUp();
});

/** Which run each cell belonged to, in the order in which they ended. */
async function order(home: string, runs: readonly string[]): Promise<string[]> {
  const logs = await Promise.all(runs.map(async run => ({ run, events: (await readLog(home, run)).events })));
  return logs
    .flatMap(({ run, events }) =>
      events.flatMap(event => (event.event === 'cell-ended' ? [{ run, at: event.at }] : [])),
    )
    .toSorted((a, b) => a.at.localeCompare(b.at))
    .map(({ run }) => run);
}

test('runs of one priority take turns at a single slot, and one of a higher priority goes before them', async () => {
  const project = newProject(study('first'));
  const fileOf = (name: string) => path.join(path.dirname(project.study), `${name}.yaml`);
  writeFileSync(path.join(path.dirname(project.study), 'trainer.mjs'), trainer);
  for (const name of ['second', 'urgent']) writeFileSync(fileOf(name), study(name));
  const options = { ...project, environment: { ESPALIER_SLOTS: '1' } };
  const up = await keepUp(project.home, options);
  const first = startEspalier(['run', project.study, '--json'], options);
  await endedCells(project.home, 'first-1', 1);
  const second = startEspalier(['run', fileOf('second'), '--json'], options);
  await endedCells(project.home, 'second-1', 1);
  const urgent = await espalierJson(['run', fileOf('urgent'), '--priority', '1'], options);
  expect(runShape.parse(urgent.value)).toMatchObject({ state: 'done', executed: 7 });
  for (const command of [first, second]) expect((await command.finished).code).toBe(0);
  const ended = await order(project.home, ['first-1', 'second-1', 'urgent-1']);
  const between = ended.slice(ended.indexOf('urgent-1'), ended.lastIndexOf('urgent-1') + 1);
  // What was at work when it came, and what the worker had already asked for, goes before it.
  expect(between.filter(run => run !== 'urgent-1').length).toBeLessThan(3);
  expect(ended.indexOf('second-1')).toBeLessThan(ended.lastIndexOf('first-1') - 1);
  up.child.kill('SIGTERM');
  await up.finished;
}, 120_000);
