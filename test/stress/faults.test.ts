import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { homeOf } from '../../worker/home.ts';
import { temporaryHome } from './command-line.ts';
import { createCrashTable } from './crash-table.ts';
import { disturbed, undisturbed } from './disturbed-run.ts';
import { drawnKinds } from './faults.ts';
import { type Findings, findings, leftProcesses } from './oracles.ts';
import { type StressStudy, type StudyName, stressStudies } from './studies.ts';

/**
 * `SEED=7` repeats one schedule, `SEEDS=200` draws so many, `FIRST=100` from there on; `STUDY=trainings|light|organism`
 * and `FAULTS=20` say of what and how many, `KINDS=clock,disk` which (by words of their names); `CRASH_TABLE=FILE` gets
 * the table at the end.
 */
const { SEED, SEEDS = '20', FIRST = '0', STUDY, FAULTS = '5', KINDS, CRASH_TABLE } = process.env;
const seeds =
  SEED === undefined ? Array.from({ length: Number(SEEDS) }, (_, at) => Number(FIRST) + at) : [Number(SEED)];

/** Most seeds disturb trainings: of light work there is less to lose. */
const studyOf = (seed: number): StudyName =>
  STUDY !== undefined && STUDY in stressStudies ? (STUDY as StudyName) : seed % 4 === 3 ? 'light' : 'trainings';

/** Enough to hold any of the studies' stores, little enough to be filled at once. */
const diskMegabytes = 512;

const table = createCrashTable();
const calm = new Map<StudyName, { readonly findings: Findings; readonly seconds: number }>();
const graceSeconds = 30;

/** The home's store on a disk of its own, where this user may mount one. */
function mountStore(home: string): boolean {
  const { store } = homeOf(home);
  mkdirSync(store, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMegabytes}m`, 'espalier-stress', store], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

async function inHome<Result>(use: (home: string, ownDisk: boolean) => Promise<Result>): Promise<Result> {
  const { home, remove } = temporaryHome();
  const ownDisk = mountStore(home);
  try {
    return await use(home, ownDisk);
  } finally {
    if (ownDisk) execFileSync('umount', ['--lazy', homeOf(home).store]);
    remove();
  }
}

beforeAll(async () => {
  for (const name of new Set(seeds.map(studyOf))) {
    await inHome(async (home, ownDisk) => {
      if (!ownDisk) console.log('no disk of its own may be mounted here: no schedule fills one');
      const study: StressStudy = stressStudies[name];
      const { seconds } = await undisturbed(home, study);
      const found = await findings(home);
      expect(found.wrongs).toEqual([]);
      calm.set(name, { findings: found, seconds });
      console.log(`${name}, undisturbed: ${Object.keys(found.digests).length} outputs in ${seconds.toFixed(1)} s`);
    });
  }
}, 1_200_000);

afterAll(() => {
  console.log(`\n${table.text()}`);
  if (CRASH_TABLE !== undefined) writeFileSync(CRASH_TABLE, `${table.text()}\n`);
});

test.each(seeds)('seed %i: the run ends as if nothing had been done to it', async seed => {
  const name = studyOf(seed);
  const before = calm.get(name)!;
  await inHome(async (home, ownDisk) => {
    const { result, blows } = await disturbed(home, stressStudies[name], {
      seed,
      kinds: drawnKinds(ownDisk, KINDS?.split(',')),
      count: Number(FAULTS),
      pause: before.seconds / (Number(FAULTS) + 1),
      tell: line => console.log(`seed ${seed} ${name} ${line}`),
    });
    expect(result).toMatchObject({ state: 'done', failed: 0, blocked: 0 });
    const processes = await leftProcesses(home, graceSeconds);
    const { digests, wrongs, events } = await findings(home);
    table.add(blows, events);
    console.log(`seed ${seed} ${name} ended after ${result.seconds.toFixed(1)} s of its last command`);
    expect([...wrongs, ...processes]).toEqual([]);
    expect(digests).toEqual(before.findings.digests);
  });
});
