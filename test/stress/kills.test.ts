import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { allCells } from '../../activities/open-run.ts';
import { createPlanReader } from '../../activities/plan-reader.ts';
import { cellName } from '../../schemas/plan.ts';
import { randomStream } from '../../schemas/random.ts';
import { openFolderStore } from '../../store/folder/open-folder-store.ts';
import { layoutOf } from '../../store/folder/layout.ts';
import { homeOf } from '../../worker/home.ts';
import { type Part, type RunResult, type Started, processesOf, start, temporaryHome } from './command-line.ts';

/** `STRESS_SIZE=smoke` for a quick look; kills come at random times, drawn from this seed. */
const size = process.env['STRESS_SIZE'] ?? 'default';
const seed = Number(process.env['STRESS_SEED'] ?? 0);
const kills = 20;
const everyPart: readonly Part[] = ['command line', 'worker', 'compute', 'server', 'supervisor'];
const longestPause = size === 'smoke' ? 4 : 9;
const study = ['run', 'pipelines/em-susceptibility/organism.yaml', '--set', `size=${size}`, '--json'];
const homes = [temporaryHome(), temporaryHome()] as const;
afterAll(() => homes.forEach(({ remove }) => remove()));

test(`${kills} kill -9s leave the same results, and nothing published is made twice`, async () => {
  const [calm, stormy] = homes;
  const undisturbed = start(calm.home, study);
  expect(await undisturbed.ended, undisturbed.errors()).toBe(0);
  const told: string[] = [];
  const result = await runUnderKills(stormy.home, line => told.push(line));
  console.log(told.join('\n'));
  console.log(`undisturbed ${seconds(undisturbed)} s`, result);
  expect(result).toMatchObject({ state: 'done', failed: 0, blocked: 0 });
  const [expected, found] = [await results(calm.home), await results(stormy.home)];
  expect(found.digests.size).toBe(expected.digests.size);
  expect([...found.digests]).toEqual([...expected.digests]);
  expect(found.startedAfterPublished).toEqual([]);
  expect(told.filter(line => line.includes('kill'))).toHaveLength(kills);
});

function seconds({ printed }: Started): number {
  return (JSON.parse(printed()) as RunResult).seconds;
}

/** Runs the study to its end, starting the command again whenever it is gone, with all kills on the way. */
async function runUnderKills(home: string, tell: (line: string) => void): Promise<RunResult> {
  const random = randomStream(seed, 'stress kills');
  const begun = Date.now();
  let current = start(home, study);
  let isOver = false;
  const watch = (started: Started) => void started.ended.then(() => (isOver = started === current));
  watch(current);
  const again = () => {
    isOver = false;
    current = start(home, study);
    watch(current);
  };
  const parts = Array.from(random.permutation(kills), each => everyPart[each % everyPart.length]!);
  for (let done = 0; done < kills;) {
    await sleep(1000 * (0.3 + longestPause * random.uniform()));
    if (isOver && current.child.exitCode === 0) throw new Error(`the run was over after ${done} kills`);
    if (isOver) again();
    const part = parts[done] ?? 'worker';
    const victim = await findVictim(home, part, () => (isOver ? undefined : current.child.pid));
    if (victim === undefined) continue;
    try {
      process.kill(victim, 'SIGKILL');
    } catch {
      continue;
    }
    done += 1;
    tell(`${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s  kill ${done}: ${part}`);
    if (part === 'command line') {
      await current.ended;
      again();
    }
  }
  for (;;) {
    const code = await current.ended;
    if (code === 0) return JSON.parse(current.printed()) as RunResult;
    tell(`the command ended with ${code}; the same again`);
    again();
  }
}

/** The process to kill; it may be that there is none at the moment (a server that is being started again). */
async function findVictim(home: string, part: Part, commandLine: () => number | undefined) {
  for (let tries = 0; tries < 50; tries++) {
    const victim = processesOf(home, commandLine()).find(each => each.part === part);
    if (victim !== undefined) return victim.pid;
    await sleep(100);
  }
  return undefined;
}

/** File times are those of the last tick of the kernel's clock, so a cell of few milliseconds may seem to begin after its end. */
const fileClockMilliseconds = 20;

/** Digests of every output by cell, and heavy cells that were begun after their record was there. */
async function results(home: string) {
  const store = await openFolderStore(homeOf(home).store);
  const layout = layoutOf(homeOf(home).store);
  const run = (await store.runs()).at(-1);
  if (run === undefined) throw new Error('there is no run');
  const plans = createPlanReader(store);
  const cells = await allCells(plans, run.plan, await plans.head(run.plan));
  const { events } = await store.events(run.run);
  const digests = new Map<string, string>();
  const startedAfterPublished: string[] = [];
  for (const cell of cells) {
    const record = await store.record(cell.key, run.run);
    const name = cellName(cell.step, cell.at);
    for (const [output, { digest }] of Object.entries(record?.outputs ?? {})) digests.set(`${name}.${output}`, digest);
    // The record's file is linked into place once and never touched again: its time is that of publication.
    const published = statSync(layout.record(cell.key)).mtimeMs + fileClockMilliseconds;
    const begunAfter = events.some(
      event => event.event === 'cell-started' && event.cell === cell.index && Date.parse(event.at) > published,
    );
    if (begunAfter) startedAfterPublished.push(name);
  }
  return { digests, startedAfterPublished };
}
