/** `espalier cancel RUN|CELL`: ends a run, or one cell of it with what needs it; what is done stays. */
import { findCell } from '../../run/find-cell.ts';
import { findRun } from '../../run/find-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { orderRun } from '../../run/order-run.ts';
import { thisPerson } from '../../run/person.ts';
import { readRunView } from '../../run/read-run-view.ts';
import { steerRun } from '../../run/steer-run.ts';
import { describeStanding } from '../../../activities/cell-end.ts';
import { cellName } from '../../../schemas/plan.ts';
import type { RunRecord } from '../../../schemas/run.ts';
import { UnsafeNameError } from '../../../store/errors.ts';
import { readPlanHead } from '../../../store/plan-files.ts';
import type { Store } from '../../../store/store.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { type ExitCode, UsageError, exitCodes } from '../exit-codes.ts';

export interface CancelArguments {
  /** A run, or a cell as `lineage` names it. */
  readonly reference: string;
  /** The run of the cell; with it, `reference` is a cell. */
  readonly run: string | undefined;
  readonly reason: string | undefined;
}

export const cancel: Command<CancelArguments> = async (context, given) => {
  const store = await openHomeStore(context.config.home);
  const record = given.run === undefined ? await runNamed(store, given.reference) : undefined;
  return record === undefined ? cancelCell(context, store, given) : cancelRun(context, store, record);
};

/** undefined where no run can have that name: then it is a cell's. */
async function runNamed(store: Store, name: string): Promise<RunRecord | undefined> {
  try {
    return await store.run(name);
  } catch (error) {
    if (error instanceof UnsafeNameError) return undefined;
    throw error;
  }
}

async function cancelRun(context: CommandContext, store: Store, record: RunRecord): Promise<ExitCode> {
  await steerRun(context.config, record, { storeId: store.id, order: 'cancel' });
  if (context.json) printJson(context, { run: record.run, state: 'cancelled' });
  else context.terminal.say(`${record.run} is being ended; what is done stays. See: espalier status ${record.run}`);
  return exitCodes.done;
}

async function cancelCell(context: CommandContext, store: Store, given: CancelArguments): Promise<ExitCode> {
  const { reference, reason } = given;
  const { run, cell, branch } = await cellOrRun(store, reference, given.run);
  const name = cellName(cell.step, cell.at);
  const view = await readRunView(store, run.run, (await readPlanHead(store, run.plan)).cells);
  const { state } = view.cell(cell.index);
  if (state !== 'waiting' && state !== 'running') throw new UsageError(`${name} of ${run.run} has ended: ${state}`);
  if (view.ended() !== undefined)
    throw new UsageError(`${run.run} has ended, and ${name} with it: ${describeStanding(view.cell(cell.index))}`);
  const order = { by: thisPerson(), ...(reason === undefined ? {} : { reason }) };
  const heard = await orderRun(store, context.config, {
    run: run.run,
    event: { event: 'cell-cancel-ordered', at: new Date().toISOString(), cell: cell.index, ...order },
    branches: [branch],
  });
  if (context.json) printJson(context, { run: run.run, cell: name, state, heard: heard > 0 });
  else context.terminal.say(heard > 0 ? endingMessage(name, state) : keptMessage(name));
  return exitCodes.done;
}

/** Who misspells a run is told of runs, not of steps. */
async function cellOrRun(store: Store, reference: string, run: string | undefined) {
  try {
    return await findCell(store, reference, run);
  } catch (error) {
    if (run !== undefined || !(error instanceof UsageError) || reference.includes('[')) throw error;
    const runs = await findRun(store, reference).catch((problem: unknown) => problem);
    const hint = runs instanceof UsageError ? `\n${runs.message}` : '';
    throw new UsageError(`${error.message}${hint}`);
  }
}

function endingMessage(name: string, state: 'waiting' | 'running'): string {
  const what = state === 'running' ? 'is being ended; it saves its state' : 'ends here';
  return `${name} ${what}. What needs it ends with it; the others go on`;
}

function keptMessage(name: string): string {
  return `${name} will not start: its part of the run is not under way now, and reads this when it is`;
}
