/** The example of an external trainer, run as its users run it, disturbed and not. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CellRecord } from '../../../schemas/cell-record.ts';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import { homeOf } from '../../../worker/home.ts';
import { root } from '../../architecture/source-files.ts';
import { cleanUp, eventually, temporaryFolder, temporaryHome } from '../server/rig.ts';
import { digestsOf, expectNothingTwice } from './disturbed-run.ts';
import { type Project, childrenOf, endCommands, espalier, espalierJson, readLog, startEspalier } from './rig.ts';
import { runShape } from './shapes.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.warn('skipped: there is no python3 on this machine');

const run = 'external-trainer-1';
/** 72 steps of 10 milliseconds: long enough to be met at work. */
const slowly = ['--set', 'epochs=12', '--set', 'pause=0.01'];

let undisturbed: Record<string, string>;
let plain: Project;
beforeAll(async () => {
  if (!hasPython) return;
  plain = newProject();
  const { code, value } = await espalierJson(['run', plain.study, ...slowly], plain);
  expect({ code, ...runShape.parse(value) }).toMatchObject({ code: 0, executed: 5 });
  undisturbed = await digestsOf(plain.home, run);
}, 120_000);
afterAll(async () => {
  endCommands();
  await cleanUp();
});

/** The example in a folder of its own. */
function newProject(): Project {
  const folder = temporaryFolder();
  cpSync(path.join(root, 'examples', 'external-trainer'), folder, { recursive: true });
  return { home: temporaryHome(), study: path.join(folder, 'study.yaml') };
}

/** Groups of trainers at work in a home, by the folder they work in: a launcher may be several processes. Linux only. */
function trainersIn(home: string): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The folder of a trainer that was left behind may be gone.
      const folder = readlinkSync(`/proc/${name}/cwd`).replace(/ \(deleted\)$/, '');
      if (!folder.startsWith(homeOf(home).store)) continue;
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state, , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // A probe of the environment works there too, in the group of this very test.
      if (state !== 'Z' && group === session) found.set(folder, (found.get(folder) ?? new Set()).add(Number(group)));
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

const groupsIn = (home: string) => [...trainersIn(home).values()].flatMap(groups => [...groups]);

async function trainingsOf(home: string): Promise<CellRecord[]> {
  const { cells } = await readLog(home, run);
  const store = await openFolderStore(homeOf(home).store);
  const records = await Promise.all(cells.map(cell => store.record(cell.key, run)));
  return records.flatMap(record => (record?.use === 'exec' ? [record] : []));
}

/** A run whose trainers have saved something. */
async function atWork(project: Project) {
  const command = startEspalier(['run', project.study, ...slowly, '--json'], project);
  await eventually(async () => {
    try {
      const { events } = await readLog(project.home, run);
      return events.some(event => event.event === 'cell-progress' && event.checkpoint !== undefined);
    } catch {
      // The run does not exist yet.
      return false;
    }
  }, 60_000);
  return command;
}

async function expectUndisturbed(home: string): Promise<void> {
  expect(await digestsOf(home, run)).toEqual(undisturbed);
  await expectNothingTwice(home, run);
  expect(trainersIn(home)).toEqual(new Map());
}

describe.skipIf(!hasPython || process.platform !== 'linux').concurrent('an external trainer', () => {
  test('learns what there is to learn, and says what it printed', async () => {
    const scores = await espalierJson(['table', 'train.scores'], plain);
    expect(scores.value).toHaveLength(4);
    for (const row of scores.value as { accuracy: number }[]) expect(row.accuracy).toBeGreaterThan(0.85);
    const cell = 'train[learning_rate=1, seed=0]';
    const log = await espalier(['logs', cell, '--follow'], plain);
    expect(log.code).toBe(0);
    expect(log.out).toMatch(/^# train\[learning_rate=1, seed=0\], attempt 1, /);
    expect(log.out).toMatch(/\n# ended well after [\d.]+ s\n$/);
    for (const [words, message] of [
      [['train'], '`train` has 4 cells'],
      [['rows'], 'is no `exec` step'],
      [[cell, '--attempt', '7'], 'has no attempt 7; it has 1'],
    ] as const) {
      const refused = await espalier(['logs', ...words], plain);
      expect(refused).toMatchObject({ code: 2, out: '' });
      expect(refused.err).toContain(message);
    }
    await expectUndisturbed(plain.home);
  }, 60_000);

  test('that is killed with -9 goes on from its checkpoint, to the same bytes', async () => {
    const project = newProject();
    const command = await atWork(project);
    for (const group of groupsIn(project.home)) process.kill(-group, 'SIGKILL');
    expect((await command.finished).code).toBe(0);
    const records = await trainingsOf(project.home);
    const killed = records.filter(({ attempts }) => attempts.length > 0);
    expect(killed.length).toBeGreaterThan(0);
    expect(killed.flatMap(({ attempts }) => attempts.map(each => each.class))).toContain('infrastructure');
    expect(killed.flatMap(each => each.resumed_at).length).toBeGreaterThan(0);
    await expectUndisturbed(project.home);
  }, 120_000);

  test('that outlives its worker and its compute process is ended before its successor begins', async () => {
    const project = newProject();
    const command = await atWork(project);
    const [worker = 0] = childrenOf(command.child.pid!, 'worker.js');
    const orphans = groupsIn(project.home);
    expect(orphans.length).toBeGreaterThan(0);
    // Stopped, they neither save nor end by themselves: only somebody who looks for them can end them.
    for (const group of orphans) process.kill(-group, 'SIGSTOP');
    for (const pid of [worker, ...childrenOf(worker, 'compute.js')]) process.kill(pid, 'SIGKILL');
    let most = 0;
    const watch = setInterval(() => {
      for (const groups of trainersIn(project.home).values()) most = Math.max(most, groups.size);
    }, 20);
    expect((await command.finished).code).toBe(0);
    clearInterval(watch);
    expect(most).toBe(1);
    const notes = (await trainingsOf(project.home)).flatMap(({ notes: { orphan } }) =>
      orphan === undefined ? [] : [orphan],
    );
    expect(notes.length).toBe(orphans.length);
    for (const note of notes) expect(note).toMatch(/had outlived its worker and was killed/);
    await expectUndisturbed(project.home);
  }, 120_000);

  test('is stopped with its command, and goes on when that is run again', async () => {
    const project = newProject();
    const command = await atWork(project);
    command.child.kill('SIGINT');
    expect((await command.finished).code).toBe(130);
    expect(trainersIn(project.home)).toEqual(new Map());
    const { code } = await espalierJson(['run', project.study, ...slowly], project);
    expect(code).toBe(0);
    const records = await trainingsOf(project.home);
    expect(records.flatMap(({ resumed_at }) => resumed_at).length).toBeGreaterThan(0);
    await expectUndisturbed(project.home);
  }, 120_000);
});
