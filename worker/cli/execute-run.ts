/** A run on its way, from the command line: settled at once, or executed and watched to its end. */
import type { PlanCell } from '../../schemas/plan.ts';
import type { RunEvent, RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import { type Engine, startEngine } from '../run/engine.ts';
import { followRun } from '../run/follow-run.ts';
import { isAbandoned } from '../run/read-run-view.ts';
import { type RunView, createRunView } from '../run/run-view.ts';
import { createSavedWork } from '../run/saved-work.ts';
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
  const begun = performance.now();
  const view = createRunView(cells.length);
  const settled = await settleRun(store, record, cells);
  if (settled) view.apply((await store.events(record.run)).events);
  else if ((await execute(context, executed, view)) === 'called-off') {
    if (context.json) printJson(context, { ...summary(record, view, begun), state: 'interrupted', report: null });
    return exitCodes.interrupted;
  }
  await addTimings(context.config.home, timingsOf(cells, view)).catch((error: unknown) => {
    // A full disk costs the next plan its estimates; the run itself is over and well.
    context.terminal.say(
      `how long cells took was not remembered: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const { path: report } = await writeReport(store, record);
  if (context.json) printJson(context, { ...summary(record, view, begun), report });
  else await printRunSummary(context, { store, record, cells, view, seconds: secondsSince(begun), report });
  const { failed, blocked, cancelled } = view.counts();
  const well = failed + blocked + cancelled === 0 && view.branchFailures().length === 0;
  return well ? exitCodes.done : exitCodes.cellsFailed;
}

/** What `--json` says of a run but for its report; cells that this run made before an interruption count as executed. */
function summary({ run, origin }: RunRecord, view: RunView, begun: number) {
  const { waiting, running, done, ...ended } = view.counts();
  const { cached, failed, blocked, skipped, cancelled } = ended;
  const cells = Object.values(ended).reduce((sum, number) => sum + number, waiting + running + done);
  const state = view.state() ?? 'failed';
  const seconds = secondsSince(begun);
  const comesFrom = origin === undefined ? {} : { origin: origin.run };
  return { run, ...comesFrom, state, cells, executed: done, cached, failed, blocked, skipped, cancelled, seconds };
}

function secondsSince(begun: number): number {
  return (performance.now() - begun) / 1000;
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
  const display = createProgressDisplay(terminal, {
    run: record.run,
    cells,
    view,
    slots: config.slots,
    ...(terminal.live ? { saved: createSavedWork(store, record.run, cells) } : {}),
  });
  try {
    const abandoned =
      resumed && engine.embedded && !engine.shared() && (await isAbandoned(store, record.run, process.pid));
    const { run, plan, priority } = record;
    await engine.client.start({ run, plan }, { isAbandoned: abandoned, priority });
    if (resumed) await unpause(engine.client, record.run);
    const onChange = (events: readonly RunEvent[]) => display.update(events);
    const followed = await followRun(store, record.run, {
      view,
      onChange,
      signal: AbortSignal.any([signal, broken.signal]),
      // A server that does not answer now is its supervisor's business; the log says when the run has ended.
      isGone: async () => (await engine.client.state(record.run).catch(() => 'running')) !== 'running',
    });
    if (failure !== undefined) throw new MachineryError(failure.message);
    if (followed === 'lost') throw new MachineryError(lostMessage(record.run));
    if (followed === 'called-off') terminal.say(calledOffMessage(record.run, engine.shared()));
    return followed;
  } finally {
    display.end();
    if (signal.aborted && !engine.shared())
      terminal.say('cells under way save their state (Ctrl-C again ends at once)');
    await engine.stop();
  }
}

/** A run that is taken up may have been paused, and one that was not may have come to its end meanwhile. */
async function unpause(client: Engine['client'], run: string): Promise<void> {
  try {
    await client.resume(run);
  } catch (error) {
    if ((await client.state(run)) === 'running') throw error;
  }
}

function calledOffMessage(run: string, shared: boolean): string {
  return shared
    ? `${run} goes on without this command: \`espalier up\` is at it. Watch it again with: espalier resume ${run}`
    : `${run} is interrupted; nothing that is done is lost. Go on with: espalier resume ${run}`;
}

function lostMessage(run: string): string {
  return `the server no longer runs ${run}, and it has not ended.\nWhat is done is in the store. Go on with: espalier resume ${run}`;
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
