/** `espalier explain CELL`: why a cell ran, was reused, is blocked, waits, was skipped or failed; and its key beside the nearest. */
import { type PlanCell, cellName } from '../../../schemas/plan.ts';
import type { RunRecord } from '../../../schemas/run.ts';
import type { Store } from '../../../store/store.ts';
import { homeOf } from '../../home.ts';
import { type Explanation, explainCell } from '../../run/explain-cell.ts';
import { findResult } from '../../run/find-result.ts';
import { findRun } from '../../run/find-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { readRunPlan } from '../../run/read-run-plan.ts';
import { readRunView, shownState } from '../../run/read-run-view.ts';
import { findUp } from '../../run/up-file.ts';
import { type Command, printJson } from '../command.ts';
import { UsageError, exitCodes } from '../exit-codes.ts';
import { explanationLines } from '../explanation-lines.ts';

export interface ExplainArguments {
  readonly reference: string;
  readonly run: string | undefined;
}

export const explain: Command<ExplainArguments> = async (context, { reference, run: name }) => {
  const { config, terminal } = context;
  const store = await openHomeStore(config.home);
  const { run, key } = await meant(store, reference, name);
  const cells = (await readRunPlan(store, run)).cellList;
  const cell = cells.find(each => each.key === key.key && (key.name === undefined || nameOf(each) === key.name));
  if (cell === undefined)
    throw new UsageError(`no cell of ${run.run} has the key ${key.key.slice(0, 12)}; name its run with --run`);
  const view = await readRunView(store, run.run, cells.length);
  const served = findUp(homeOf(config.home)) !== undefined;
  const interrupted = (await shownState(store, { run: run.run, view, served })) === 'interrupted';
  const explanation = await explainCell(store, { run, cells, cell, interrupted });
  if (context.json) printJson(context, asJson(explanation));
  else for (const line of explanationLines(explanation, terminal.paint, terminal.width())) terminal.out(line);
  return exitCodes.done;
};

interface Meant {
  readonly run: RunRecord;
  /** Without a name: whichever cell of the run has the key. */
  readonly key: { readonly key: string; readonly name: string | undefined };
}

/** One cell of a run; a key or digest stands for a cell of the run that made it. */
async function meant(store: Store, reference: string, name: string | undefined): Promise<Meant> {
  const found = await findResult(store, reference, name);
  if (found.kind === 'cells') {
    const [cell, ...more] = found.cells;
    if (cell === undefined) throw new UsageError(`${reference} has no cells in ${found.run.run}`);
    if (more.length > 0)
      throw new UsageError(`${reference} is ${found.cells.length} cells; name one, as in '${nameOf(cell)}'`);
    return { run: found.run, key: { key: cell.key, name: nameOf(cell) } };
  }
  if (found.record === undefined) throw new UsageError(`no record says what made ${reference}`);
  const { run, key } = found.record;
  return { run: await findRun(store, name ?? run), key: { key, name: undefined } };
}

/** What is not there is null, so that programs find every field. */
function asJson({ parts, class: failure, reason, planned, ...rest }: Explanation) {
  return {
    ...rest,
    class: failure ?? null,
    reason: reason ?? null,
    planned: planned === null ? null : { ...planned, since: planned.since ?? null, reused: planned.reused ?? null },
    parts: parts.map(({ here = null, there = null, ...part }) => ({ ...part, here, there })),
  };
}

function nameOf({ step, at }: PlanCell): string {
  return cellName(step, at);
}
