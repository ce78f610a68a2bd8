/** How fast studies are planned, by size and shape: `npm run bench -- plan`. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, test } from 'vitest';
import { planStudy } from '../planner/plan-study.ts';
import { verifyPlan } from '../planner/verify-plan.ts';
import { testKinds } from '../test/planner/kinds.ts';
import { memoryFiles } from '../test/planner/rig.ts';
import { fan, joins, nested, study } from '../test/planner/study-shapes.ts';

const shapes = { study, fan, nested, joins };
const repeats = 7;

interface Measurement {
  readonly cells: number;
  readonly branches: number;
  /** Seconds on the clock, and of all cores together. */
  readonly wall: number;
  readonly cpu: number;
}

function planOnce(text: string): Measurement {
  const files = memoryFiles({ 'study.yaml': text });
  const [begin, used] = [performance.now(), process.cpuUsage()];
  const result = planStudy(files, { file: 'study.yaml', registry: testKinds });
  const { user, system } = process.cpuUsage(used);
  const wall = (performance.now() - begin) / 1000;
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'));
  return { cells: result.plan.cells, branches: result.plan.branchList.length, wall, cpu: (user + system) / 1e6 };
}

/** The run with the median time of all cores, which other processes disturb less than the clock. */
function medianRun(text: string, times: number): Measurement {
  const runs = Array.from({ length: times }, () => planOnce(text)).sort((a, b) => a.cpu - b.cpu);
  const median = runs[Math.floor(runs.length / 2)];
  if (median === undefined) throw new Error('no run was measured');
  return median;
}

function printRow(name: string, { cells, branches, wall, cpu }: Measurement): void {
  const numbers = [cells, branches].map(number => String(number).padStart(8)).join(' ');
  const load = loadavg()[0]?.toFixed(1) ?? '';
  console.log(`${name.padEnd(8)} ${numbers} ${wall.toFixed(3).padStart(8)} s ${cpu.toFixed(3).padStart(8)} s  ${load}`);
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'espalier-bench-'));
  console.log(`\nplanning: ${availableParallelism()} cores, Node ${process.versions.node}, median of ${repeats} runs`);
  console.log(`${'shape'.padEnd(8)} ${'cells'.padStart(8)} ${'branches'.padStart(8)}   on clock  all cores  load`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(Object.entries(shapes))('%s', (name, shape) => {
  planOnce(shape(1000));
  const [small, large] = [1000, 10_000].map(cells => medianRun(shape(cells), repeats));
  const largest = medianRun(shape(100_000), 1);
  if (small === undefined || large === undefined) throw new Error('a size is missing');
  for (const each of [small, large, largest]) printRow(name, each);
  console.log(`${name.padEnd(8)} growth from 1,000 to 10,000 cells: × ${(large.cpu / small.cpu).toFixed(1)}`);
});

test('cold: a process that loads the planner and plans once', async () => {
  const program = path.join(folder, 'plan-once.cjs');
  await build({
    stdin: {
      contents: `
        import { readFileSync } from 'node:fs';
        import { planStudy } from './planner/plan-study.ts';
        import { testKinds } from './test/planner/kinds.ts';
        const read = () => readFileSync(process.argv[2]);
        const begin = performance.now();
        const { ok } = planStudy({ read, digest: () => undefined }, { file: 'study.yaml', registry: testKinds });
        if (!ok) process.exit(1);
        console.log((performance.now() - begin) / 1000);`,
      resolveDir: path.resolve(import.meta.dirname, '..'),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: program,
  });
  for (const cells of [1000, 10_000]) {
    const file = path.join(folder, `${cells}.yaml`);
    await writeFile(file, study(cells));
    const runs = Array.from({ length: 5 }, () => {
      const begin = performance.now();
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, file], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`the process ended with ${status}: ${stderr}`);
      return { whole: (performance.now() - begin) / 1000, planning: Number(stdout) };
    }).sort((a, b) => a.whole - b.whole);
    const median = runs[2];
    console.log(
      `cold     ${String(cells).padStart(8)} cells: ${median?.whole.toFixed(3)} s, of which planning ${median?.planning.toFixed(3)} s`,
    );
  }
});

test.each(Object.entries(shapes))('a plan of the shape %s holds', (_, shape) => {
  const result = planStudy(memoryFiles({ 'study.yaml': shape(1000) }), { file: 'study.yaml', registry: testKinds });
  const problems = result.ok ? verifyPlan(result.plan, testKinds) : ['no plan'];
  if (problems.length > 0) throw new Error(problems.join('\n'));
});
