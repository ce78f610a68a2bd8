/** `espalier retry-now CELL`: the next attempt at a cell that waits for one, without the rest of the wait. */
import { describeStanding } from '../../../activities/cell-end.ts';
import { numbersIn } from '../../../schemas/ranges.ts';
import { cellName } from '../../../schemas/plan.ts';
import { readPlanHead } from '../../../store/plan-files.ts';
import type { Store } from '../../../store/store.ts';
import { type FoundCell, findCell } from '../../run/find-cell.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { withServer } from '../../run/order-run.ts';
import { readRunView } from '../../run/read-run-view.ts';
import type { PendingActivity } from '../../temporal/pending-activities.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { UsageError, exitCodes } from '../exit-codes.ts';
import { count, duration } from '../quantities.ts';

export interface RetryNowArguments {
  readonly reference: string;
  readonly run: string | undefined;
}

export const retryNow: Command<RetryNowArguments> = async (context, given) => {
  const store = await openHomeStore(context.config.home);
  const found = await findCell(store, given.reference, given.run);
  const { run, cell, branch } = found;
  const waited = await withServer(store, context.config, async client => {
    const pending = (await client.pending(run.run, branch)).find(({ id }) => cellsOf(id).has(cell.index));
    if (pending?.at === undefined) return { pending };
    await client.tryNow(run.run, branch, pending.id);
    return { pending, seconds: Math.max(0, (pending.at.getTime() - Date.now()) / 1000) };
  });
  const name = cellName(cell.step, cell.at);
  if (waited?.seconds === undefined) throw new UsageError(await whyNot(store, found, waited?.pending));
  const others = cellsOf(waited.pending.id).size - 1;
  const { seconds, pending } = waited;
  if (context.json) printJson(context, { run: run.run, cell: name, seconds, others, failure: pending.failure ?? null });
  else say(context, { name, seconds, others, failure: pending.failure });
  return exitCodes.done;
};

function say(
  { terminal }: CommandContext,
  given: {
    readonly name: string;
    readonly seconds: number;
    readonly others: number;
    readonly failure?: string | undefined;
  },
): void {
  const { name, seconds, others, failure } = given;
  const together = others === 0 ? '' : ` with ${count(others, 'other cell')} of its batch`;
  terminal.say(`${name} is tried again now${together}, ${duration(seconds)} early`);
  if (failure !== undefined) terminal.say(`the last attempt failed: ${failure}`);
}

/** Cells of an activity by its id: `cell-12`, `cells-0-49,51`. Those of other activities have none. */
function cellsOf(activity: string): ReadonlySet<number> {
  const [, list = ''] = /^cells?-([\d,-]+)$/.exec(activity) ?? [];
  const ranges = list.split(',').flatMap((part): [number, number][] => {
    const [first, last = first] = part.split('-').map(Number);
    return part === '' || first === undefined || last === undefined ? [] : [[first, last]];
  });
  return new Set(numbersIn(ranges));
}

/** How the cell stands, where it does not wait for another attempt. */
async function whyNot(store: Store, { run, cell }: FoundCell, pending: PendingActivity | undefined): Promise<string> {
  const name = cellName(cell.step, cell.at);
  if (pending?.state === 'at-work') return `${name} does not wait: attempt ${pending.attempt} is at work`;
  if (pending !== undefined) return `${name} does not wait for its time, but for a worker with room`;
  const view = await readRunView(store, run.run, (await readPlanHead(store, run.plan)).cells);
  const stands = view.cell(cell.index);
  if (stands.state !== 'waiting' && stands.state !== 'running')
    return `${name} does not wait for another attempt: ${describeStanding(stands)}`;
  if (view.ended() !== undefined) return `${name} does not wait for another attempt: ${run.run} has ended`;
  const why = stands.reason === undefined ? 'it waits for its inputs' : stands.reason;
  return `${name} does not wait for another attempt: ${why}. See: espalier status ${run.run}`;
}
