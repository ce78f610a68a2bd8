/** A run that needs no work is settled without a server: everything is recorded, or ruled out by gates that are. */
import { gateVerdict } from '../../activities/gate-verdict.ts';
import { type Approval, approvalsIn, gateApprovalName } from '../../schemas/approval.ts';
import type { PlanCell } from '../../schemas/plan.ts';
import { rangesOf } from '../../schemas/ranges.ts';
import type { RunEvent, RunRecord } from '../../schemas/run.ts';
import { readPlanHead } from '../../store/plan-files.ts';
import type { Store } from '../../store/store.ts';
import { type Consequence, createFrontier } from '../../workflows/frontier.ts';

/**
 * True when the run could be ended at once, with every cell's end in its log; false when there is work to do, or a
 * person to wait for before a gate rules anything out.
 */
export async function settleRun(
  store: Store,
  { run, plan }: Pick<RunRecord, 'run' | 'plan'>,
  cells: readonly PlanCell[],
): Promise<boolean> {
  const recorded = await store.haveRecords(
    cells.map(cell => cell.key),
    run,
  );
  const frontier = createFrontier();
  const ruledOut: Consequence[] = [];
  const asked = approvalsIn(await readPlanHead(store, plan));
  for (const cell of cells) ruledOut.push(...frontier.add(nodeOf(cell, asked)));
  for (const cell of cells.filter(each => recorded[each.index])) {
    const verdict = cell.use === 'gate' ? await gateVerdict(store, cell.key, run) : undefined;
    ruledOut.push(...frontier.finished(cell.index, { state: 'done', ...(verdict === undefined ? {} : { verdict }) }));
  }
  if (frontier.more()) return false;
  await store.appendEvents(run, endEvents(cells, recorded, ruledOut));
  return true;
}

function nodeOf(cell: PlanCell, asked: ReadonlyMap<string, Approval>) {
  return {
    id: cell.index,
    needs: Object.values(cell.inputs).map(({ parts, quorum }) => ({ of: parts.map(part => part.cell), quorum })),
    guards: cell.guards.map(({ gate, name, verdicts }) => ({
      gate,
      verdicts: asked.has(gateApprovalName(name)) ? [] : verdicts,
    })),
  };
}

function endEvents(
  cells: readonly PlanCell[],
  recorded: readonly boolean[],
  ruledOut: readonly Consequence[],
): RunEvent[] {
  const at = new Date().toISOString();
  const found = cells.filter(cell => recorded[cell.index]).map(cell => cell.index);
  const guards = new Map(cells.map(cell => [cell.index, cell.guards]));
  return [
    { event: 'cells-cached', at, ranges: rangesOf(found) },
    ...ruledOut
      .filter(({ id }) => !recorded[id])
      .map(({ id, state, because }): RunEvent => {
        const gate = guards.get(id)?.find(guard => guard.gate === because);
        return {
          event: 'cell-ended',
          at,
          cell: id,
          state,
          because,
          reason: gate === undefined ? 'an input was ruled out' : `ruled out by gates.${gate.name}`,
        };
      }),
    { event: 'run-ended', at, state: 'done' },
  ];
}
