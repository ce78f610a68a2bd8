/** One cell of a run by what a person typed, with the branch that has it. */
import { createPlanReader } from '../../activities/plan-reader.ts';
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import { UsageError } from '../cli/exit-codes.ts';
import { findResult } from './find-result.ts';
import { findRun } from './find-run.ts';

export interface FoundCell {
  readonly run: RunRecord;
  readonly cell: PlanCell;
  readonly branch: number;
}

/** By name or key, in the given run or the latest; a `UsageError` where that is no cell, or several. */
export async function findCell(store: Store, reference: string, run: string | undefined): Promise<FoundCell> {
  const found = await findResult(store, reference, run);
  if (found.kind === 'artifact')
    throw new UsageError(`${reference} is an artifact. Name a cell, as \`espalier status\` and \`lineage\` do`);
  const record = found.kind === 'cells' ? found.run : await findRun(store, run);
  const wanted = found.kind === 'cells' ? new Set(found.cells.map(({ index }) => index)) : undefined;
  const isMeant = (cell: PlanCell) =>
    wanted === undefined ? found.kind === 'record' && cell.key === found.record.key : wanted.has(cell.index);
  const [first, ...more] = await cellsWhere(store, record, isMeant);
  if (first === undefined) throw new UsageError(`${reference} has no cell in ${record.run}`);
  if (more.length > 0) {
    const { step, at } = first.cell;
    throw new UsageError(`${reference} is ${more.length + 1} cells; name one, as in '${cellName(step, at)}'`);
  }
  return first;
}

async function cellsWhere(store: Store, run: RunRecord, isMeant: (cell: PlanCell) => boolean): Promise<FoundCell[]> {
  const plans = createPlanReader(store);
  const { branches } = await plans.head(run.plan);
  const found = await Promise.all(
    branches.map(async ({ index: branch }) => {
      const cells = await plans.cells(run.plan, branch);
      return [...cells.values()].filter(isMeant).map(cell => ({ run, cell, branch }));
    }),
  );
  return found.flat();
}
