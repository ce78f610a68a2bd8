/**
 * The engine at its sizes: rows × 100 light cells, a join for each row and one over all. `npm run bench -- engine`;
 * with `LARGE=1` 100,000 cells too (about five minutes more).
 */
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { test } from 'vitest';
import { failedTasks, largestPayload, lateTasks } from '../test/workflows/histories.ts';
import { type RunResult, espalier, program, whileUp, withHome } from '../test/stress/command-line.ts';
import { measure, printHead } from './measure.ts';
import { killAll, peakMegabytes } from './processes.ts';

const study = `
study: rows
params: { rows: { type: int, default: 10 }, changed: { type: int, default: 0 }, failing: { type: int, default: -1 } }
axes: { row: { count: '\${rows}' }, column: { count: 100 } }
steps:
  work: { use: no-op, over: [row, column], with: { bytes: '\${row == 3 && column == 3 ? changed : 0}', fail: '\${row == failing && column == 5}' } }
  line: { use: no-op, over: [row], in: { parts: work } }
  all: { use: no-op, over: [], in: { parts: line } }
`;

const fan = `
study: fan
axes: { i: { count: 5000 } }
steps:
  world: { use: make-world, over: [i], with: { facts: 9, pretraining_rows: 4, coupling_rows: 20, sft_rows: 4, pair_rows: 4, advice_rows: 4 }, seed: { world: '\${i}', pretraining: 0 } }
`;

const sizes = process.env['LARGE'] === undefined ? [10, 100] : [10, 100, 1000];
const cellsOf = (rows: number) => rows * 101 + 1;

test('cold, cached, one changed, one failed and mended', async () => {
  printHead('rows × 100 light cells and their joins, server and worker up, command line included');
  const each: string[] = [];
  for (const rows of sizes)
    await withHome(async home => {
      const cells = cellsOf(rows);
      peaks = new Map();
      const run = (...set: string[]) =>
        watched(home, () => espalier(home, ['run', fileIn(home, study), ...flags([`rows=${rows}`, ...set])]));
      await whileUp(home, async address => {
        const name = cells.toLocaleString('en');
        const cold = await measure(`${name} cells cold`, cells, () => run());
        each.push(`${name}: ${((cold / cells) * 1000).toFixed(0)} µs`);
        await measure(`${name} cells cached`, cells, () => run());
        await measure(`${name} cells, one changed (3 to make)`, cells, () => run('changed=7'));
        await measure(`${name} cells, one fails`, cells, () => run('changed=9', 'failing=3').catch(expectFailure));
        await measure(`${name} cells, mended (2 to make)`, cells, () => run('changed=9'));
        console.log(`  most memory: ${[...peaks].map(([role, megabytes]) => `${role} ${megabytes} MB`).join(', ')}`);
        await reportHistories(address);
      });
    });
  console.log(`time per cell, cold: ${each.join('; ')}`);
});

test('kill -9 of everything at half, then resume', async () => {
  printHead('from `espalier resume` to the first cell that ends, and to the end of the run');
  for (const rows of sizes)
    await withHome(async home => {
      const cells = cellsOf(rows);
      const args = ['run', fileIn(home, study), ...flags([`rows=${rows}`]), '--home', home];
      const first = spawn(process.execPath, [program, ...args], { stdio: 'ignore' });
      const gone = new Promise(resolve => first.on('exit', resolve));
      while (first.exitCode === null && endedIn(home) < cells / 2) await sleep(50);
      killAll(home);
      await gone;
      const before = endedIn(home);
      const name = cells.toLocaleString('en');
      const resumed = espalier(home, ['resume', 'rows-1']);
      const command = { isOver: false };
      const over = () => void (command.isOver = true);
      resumed.then(over, over);
      await measure(`${name} cells, ${before} ended: first new one`, 1, async () => {
        while (!command.isOver && endedIn(home) <= before) await sleep(50);
      });
      await measure(`${name} cells: from there to the end`, cells - before, () => resumed);
    });
});

test('5,000 heavy cells, two slots: the first one starts', async () => {
  printHead('from `espalier run` to the first cell at work, server and worker up');
  await withHome(home =>
    whileUp(home, async () => {
      const begun = Date.now();
      const running = spawn(process.execPath, [program, 'run', fileIn(home, fan), '--home', home], { stdio: 'ignore' });
      const gone = new Promise(resolve => running.on('exit', resolve));
      while (running.exitCode === null && startOf(home) === undefined) await sleep(50);
      console.log(`  first cell started ${((startOf(home) ?? Number.NaN) - begun) / 1000} s after the command`);
      running.kill('SIGINT');
      await gone;
    }),
  );
});

let peaks: ReadonlyMap<string, number> = new Map();

/** Looks at memory while something runs: what each kind of process had at most. */
async function watched<Result>(home: string, use: () => Promise<Result>): Promise<Result> {
  const timer = setInterval(() => {
    const now = peakMegabytes(home);
    peaks = new Map([...peaks, ...now].map(([role]) => [role, Math.max(peaks.get(role) ?? 0, now.get(role) ?? 0)]));
  }, 250);
  try {
    return await use();
  } finally {
    clearInterval(timer);
  }
}

function fileIn(home: string, text: string): string {
  const file = path.join(home, 'study.yaml');
  writeFileSync(file, text);
  return file;
}

function flags(set: readonly string[]): string[] {
  return set.flatMap(each => ['--set', each]);
}

/** The command says by its exit code that cells failed; anything else is not what is measured. */
function expectFailure(error: unknown): void {
  const { failed } = JSON.parse((error as { stdout: string }).stdout) as RunResult;
  if (failed !== 1) throw error;
}

/** Ends of cells in the logs; those of a batch that was under way when its worker died are told again. */
function endedIn(home: string): number {
  return logsIn(home).reduce((sum, text) => sum + text.split('"cell-ended"').length - 1, 0);
}

/** When the first heavy cell began. */
function startOf(home: string): number | undefined {
  const at = /"cell-started","at":"([^"]+)"/.exec(logsIn(home).join(''))?.[1];
  return at === undefined ? undefined : Date.parse(at);
}

function logsIn(home: string): string[] {
  const runs = path.join(home, 'store', 'runs');
  return readNames(runs).flatMap(run =>
    readNames(path.join(runs, run, 'events')).map(file => readFileSync(path.join(runs, run, 'events', file), 'utf8')),
  );
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Longest history, largest payload and troubled workflow tasks of all that the server ran. */
async function reportHistories(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  let [events, bytes, failed, late, workflows] = [0, 0, 0, 0, 0];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const history = (await client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];
    workflows += 1;
    events = Math.max(events, history.length);
    bytes = Math.max(bytes, largestPayload([history]));
    failed += failedTasks([history]);
    late += lateTasks([history]);
  }
  await connection.close();
  console.log(
    `  ${workflows} workflows: longest history ${events} events, largest payload ${bytes} bytes, ` +
      `${failed} workflow tasks failed, ${late} timed out`,
  );
}
