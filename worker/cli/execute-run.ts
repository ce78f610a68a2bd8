/** A run on its way, from the command line: settled at once, or executed and watched to its end. */
import type { PlanCell } from '../../schemas/plan.ts';
import type { RunEvent, RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import { type Engine, startEngine } from '../run/engine.ts';
import { followRun } from '../run/follow-run.ts';
import { type RunView, createRunView } from '../run/run-view.ts';
import { settleRun } from '../run/settle-run.ts';
import { addTimings } from '../run/timings.ts';
import { writeReport } from '../run/write-report.ts';
import { type CommandContext, printJson } from './command.ts';
import { type ExitCode, MachineryError, exitCodes } from './exit-codes.ts';
import { createProgressDisplay } from './progress-display.ts';
import { printRunSummary } from './run-summary.ts';

export interface ExecutedRun {
  readonly store: Store;
  readonly record: RunRecord;
  readonly resumed: boolean;
  readonly cells: readonly PlanCell[];
}

export async function executeRun(context: CommandContext, executed: ExecutedRun): Promise<ExitCode> {
  const { store, record, cells } = executed;
  const begun = Date.now();
  const view = createRunView(cells.length);
  const settled = await settleRun(store, record.run, cells);
  if (settled) view.apply((await store.events(record.run)).events);
  else if ((await execute(context, executed, view)) === 'called-off') return interrupted(context, record.run);
  await addTimings(context.config.home, timingsOf(cells, view));
  const { path: report } = await writeReport(store, record);
  const seconds = (Date.now() - begun) / 1000;
  const counts = view.counts();
  const failed = counts.failed + counts.blocked + counts.cancelled > 0 || view.branchFailures().length > 0;
  if (context.json) {
    const { cached, failed: lost, blocked, done: made, skipped } = counts;
    const state = view.state() ?? 'failed';
    printJson(context, {
      run: record.run,
      state,
      cells: cells.length,
      executed: made,
      cached,
      failed: lost,
      blocked,
      skipped,
      seconds,
      report,
    });
  } else await printRunSummary(context, { store, record, cells, view, seconds, report });
  return failed ? exitCodes.cellsFailed : exitCodes.done;
}

async function execute(context: CommandContext, executed: ExecutedRun, view: RunView): Promise<'ended' | 'called-off'> {
  const { store, record, resumed, cells } = executed;
  const { terminal, config, flags, signal } = context;
  terminal.say(`${resumed ? 'going on with' : 'run'} ${terminal.paintError.bold(record.run)}`);
  const engine = await startEngine(config, { storeId: store.id, flags, say: terminal.say, signal });
  const broken = new AbortController();
  let failure: Error | undefined;
  engine.onFailure(error => {
    failure = error;
    broken.abort();
  });
  const display = createProgressDisplay(terminal, { cells, view, slots: config.slots });
  try {
    await engine.client.start({ run: record.run, plan: record.plan });
    const onChange = (events: readonly RunEvent[]) => display.update(events);
    const followed = await followRun(store, engine.client, record.run, {
      view,
      onChange,
      signal: AbortSignal.any([signal, broken.signal]),
    });
    if (failure !== undefined) throw new MachineryError(failure.message);
    if (followed === 'lost') throw new MachineryError(lostMessage(record.run));
    return followed;
  } finally {
    display.end();
    await stopEngine(context, engine);
  }
}

function lostMessage(run: string): string {
  return `the server no longer runs ${run}, and it has not ended. What is done is in the store: run the study again to go on`;
}

async function stopEngine({ terminal, signal }: CommandContext, engine: Engine): Promise<void> {
  if (signal.aborted && !engine.shared)
    terminal.say('stopping: cells under way save their state (Ctrl-C again ends at once)');
  await engine.stop();
}

function interrupted({ terminal, json }: CommandContext, run: string): ExitCode {
  terminal.say(`${run} was interrupted; nothing that is done is lost. Go on with: espalier resume ${run}`);
  if (json) printJson({ terminal }, { run, state: 'interrupted' });
  return exitCodes.interrupted;
}

/** Seconds of the cells that this run made, by step kind. */
function timingsOf(cells: readonly PlanCell[], view: RunView): Map<string, number[]> {
  const timings = new Map<string, number[]>();
  for (const cell of cells) {
    const { state, seconds } = view.cell(cell.index);
    if (state !== 'done' || seconds === undefined) continue;
    const known = timings.get(cell.use);
    if (known === undefined) timings.set(cell.use, [seconds]);
    else known.push(seconds);
  }
  return timings;
}
