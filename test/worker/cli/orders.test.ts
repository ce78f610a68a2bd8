/** Orders from other commands to a run under way: approve, cancel a cell, retry now, drain; and watching it all. */
import { afterAll, expect, test } from 'vitest';
import type { RunEvent } from '../../../schemas/run.ts';
import { cleanUp, eventually, stateOf } from '../server/rig.ts';
import {
  type Project,
  cellAtWork,
  childrenOf,
  endCommands,
  endedCells,
  espalier,
  espalierJson,
  keepUp,
  newProject,
  readLog,
  startEspalier,
} from './rig.ts';
import { errorShape, runShape, snapshotShape, statusShape } from './shapes.ts';

afterAll(async () => {
  endCommands();
  await cleanUp();
});

const statusOf = async (project: Project) => statusShape.parse((await espalierJson(['status'], project)).value);
const refusal = async (words: readonly string[], project: Project) => {
  const { code, value } = await espalierJson(words, project);
  expect(code).toBe(2);
  return errorShape.parse(value).error;
};
const asked = (project: Project, name: string) =>
  eventually(
    async () =>
      (await espalierJson(['status'], project).catch(() => undefined))?.code === 0 &&
      (await statusOf(project)).approvals.find(each => each.name === name),
    30_000,
  );

const asking = `
study: asking
axes: { i: { count: 2 } }
steps:
  draft: { use: no-op, over: [i] }
  final: { use: no-op, in: { parts: draft }, with: { bytes: 1 }, approve: 'Is the draft fine?' }
  join: { use: no-op, over: [], in: { parts: final } }
  dear: { use: no-op, in: { parts: join }, with: { bytes: 2 } }
gates:
  enough: { claim: both came, estimand: { from: join, column: parts, take: first }, op: '>=', value: 5, on_fail: { skip: [dear] }, approve: true }
`;

test.skipIf(process.platform !== 'linux')(
  'an approval is waited for across kill -9 of everything, asked once, and kept where nobody runs',
  async () => {
    const project = newProject(asking);
    const first = startEspalier(['run', project.study], project);
    expect(await asked(project, 'final')).toEqual({ name: 'final', question: 'Is the draft fine?', cells: 2 });
    await eventually(() => first.said().includes('espalier approve asking-1 final'), 20_000);
    const { server, supervisor } = stateOf(project.home);
    const workers = childrenOf(first.child.pid!, 'worker.js');
    expect(workers).toHaveLength(1);
    for (const pid of [first.child.pid!, supervisor.pid, server.pid, ...workers]) process.kill(pid, 'SIGKILL');
    await first.finished;
    await eventually(async () => (await statusOf(project)).state === 'interrupted', 20_000);
    expect((await statusOf(project)).approvals).toHaveLength(1);

    const second = startEspalier(['resume', 'asking-1', '--json'], project);
    await eventually(() => second.said().includes('going on with'), 30_000);
    expect(await refusal(['approve', 'asking-1', 'enough'], project)).toContain('gates.enough has no verdict yet');
    const said = await espalier(['approve', 'asking-1', 'final', '--reason', 'it is'], project);
    expect(said).toMatchObject({ code: 0, out: '' });
    expect(said.err).toMatch(/^final is approved by .+@.+: it is; what waits for it starts/);
    expect(await refusal(['approve', 'asking-1', 'final', '--reject'], project)).toContain('final was approved by');
    expect(await asked(project, 'gates.enough')).toMatchObject({ cells: 1 });
    second.child.kill('SIGKILL');
    await second.finished;

    // Nobody is at the run: the word is kept in its log.
    const { value } = await espalierJson(['approve', 'asking-1', 'gates.enough'], project);
    expect(value).toMatchObject({ run: 'asking-1', name: 'gates.enough', decision: 'approved', heard: false });
    const third = await espalier(['resume', 'asking-1'], project);
    expect(third.code, third.err).toBe(0);
    expect(third.out).toMatch(/fail +enough.*both came\s+\(approved by/s);
    const { events, nameOf } = await readLog(project.home, 'asking-1');
    const skipped = events.flatMap(event =>
      event.event === 'cell-ended' && event.state === 'skipped' ? [nameOf(event.cell)] : [],
    );
    expect(skipped).toEqual(['dear']);
    expect(await refusal(['approve', 'asking-1', 'dear'], project)).toContain('It asks for: final, gates.enough');
  },
  240_000,
);

const full = `
study: full
steps:
  nap: { use: no-op, with: { sleep: 25 } }
  rest: { use: no-op, in: { parts: nap } }
  room: { use: no-op, with: { fail: refused } }
  after: { use: no-op, in: { parts: room } }
`;

const attempts = async (project: Project, run: string, cell: string) => {
  const { events, nameOf } = await readLog(project.home, run);
  const isIts = (event: RunEvent) => event.event === 'cell-attempt-failed' && nameOf(event.cell) === cell;
  return events.filter(isIts).length;
};

test('one cell of a run is cancelled alone; one that waits for its next attempt is tried at once', async () => {
  const project = newProject(full);
  const run = startEspalier(['run', project.study, '--json'], project);
  await cellAtWork(project.home, 'full-1');
  // In one batch, so the attempt that failed comes back when the others of the batch have ended.
  await eventually(async () => (await attempts(project, 'full-1', 'room')) > 0, 40_000);
  expect(await refusal(['retry-now', 'nap'], project)).toContain('nap does not wait');
  expect(await refusal(['retry-now', 'rum'], project)).toContain('nothing is called `rum`');
  expect(await refusal(['retry-now', 'after'], project)).toContain('it waits for its inputs');
  await eventually(async () => {
    const { code, value } = await espalierJson(['retry-now', 'room'], project);
    return code === 0 && (value as { failure: string }).failure === 'it was asked to fail';
  }, 40_000);
  // Its class waits for half a minute.
  await eventually(async () => (await attempts(project, 'full-1', 'room')) > 1, 15_000);
  const { code } = await espalierJson(['cancel', 'room', '--reason', 'nobody accepts'], project);
  expect(code).toBe(0);
  const { out } = await run.finished;
  expect(runShape.parse(JSON.parse(out))).toMatchObject({
    state: 'failed',
    executed: 2,
    cancelled: 2,
    failed: 0,
    blocked: 0,
  });
  const { events } = await readLog(project.home, 'full-1');
  expect(events).toContainEqual(
    expect.objectContaining({
      event: 'cell-ended',
      state: 'cancelled',
      reason: expect.stringMatching(/^ended by .*: nobody accepts$/),
    }),
  );
  expect(await refusal(['cancel', 'nap'], project)).toContain('nap of full-1 has ended: done');
  expect(await refusal(['cancel', 'full-2'], project)).toContain('there is no run `full-2`. Did you mean `full-1`?');
}, 150_000);

const naps = `
study: naps
axes: { i: { count: 3 } }
steps:
  nap: { use: no-op, over: [i], with: { sleep: 5 } }
  rest: { use: no-op, in: { parts: nap }, with: { sleep: 7 } }
`;

test('a drained worker leaves with what is under way finished, or given back; the run goes on with the next', async () => {
  const project = newProject(naps);
  expect(await refusal(['drain'], project)).toContain('no `espalier up` keeps');
  const up = await keepUp(project.home);
  const run = startEspalier(['run', project.study, '--json'], project);
  await cellAtWork(project.home, 'naps-1');
  expect(await espalier(['drain', '--finish'], project)).toMatchObject({ code: 0 });
  const left = await up.finished;
  expect(left.code).toBe(0);
  expect(left.err).toMatch(/draining: takes no new cells.*\ndrained: runs stay/);
  expect(await statusOf(project)).toMatchObject({ done: 3, waiting: 3 });
  // Who watches does not take the place of what was drained.
  await eventually(() => run.said().includes('`espalier up` was drained'), 20_000);
  expect(run.said()).not.toContain('a worker of this command takes over');

  const next = await keepUp(project.home);
  await endedCells(project.home, 'naps-1', 3);
  await eventually(async () => {
    const { events } = await readLog(project.home, 'naps-1');
    return events.filter(event => event.event === 'cell-progress').length > 3;
  }, 30_000);
  const begun = Date.now();
  expect(await espalier(['drain'], project)).toMatchObject({ code: 0 });
  expect(Date.now() - begun).toBeLessThan(15_000);
  expect((await next.finished).err).toContain('cells under way save their state');
  await keepUp(project.home);
  const { code, out } = await run.finished;
  expect(code).toBe(0);
  expect(runShape.parse(JSON.parse(out))).toMatchObject({ state: 'done', executed: 6 });
  endCommands();
}, 150_000);

test('watching needs nobody: lines in a pipe, one snapshot as JSON, an end for a run that has ended or was left', async () => {
  const project = newProject(naps);
  const run = startEspalier(['run', project.study], project);
  await cellAtWork(project.home, 'naps-1');
  const watcher = startEspalier(['watch'], project);
  await eventually(() => watcher.said().includes('0 of 6 cells'), 20_000);
  const { value } = await espalierJson(['watch', 'naps-1'], project);
  expect(snapshotShape.parse(value)).toMatchObject({
    state: 'running',
    cells: 6,
    waiting: 6,
    steps: [{ step: 'nap', cells: 3 }, { step: 'rest' }],
  });
  watcher.child.kill('SIGINT');
  const called = await watcher.finished;
  expect(called).toMatchObject({ code: 130, out: '' });
  expect(called.err).toContain('naps-1 goes on unwatched');
  await endedCells(project.home, 'naps-1', 3);
  run.child.kill('SIGINT');
  await run.finished;
  const leftOver = await espalier(['watch'], project);
  expect(leftOver.code).toBe(130);
  expect(leftOver.err).toContain('nobody is at naps-1 now. Go on with: espalier resume naps-1');
  expect(leftOver.out).toContain('naps-1: interrupted');
  expect((await espalier(['resume', 'naps-1'], project)).code).toBe(0);
  const ended = await espalier(['watch', 'naps-1'], project);
  expect(ended.code).toBe(0);
  expect(ended.out).toMatch(/^6 of 6 cells {2}6 made\n[\s\S]*2 steps complete\nnaps-1: done\n$/);
  for (const line of `${ended.out}${ended.err}`.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(await refusal(['watch', 'nap-1'], project)).toContain('Did you mean `naps-1`?');
}, 150_000);
