/** What workflows decide goes into the run's log: cells that will not run, pauses, broken branches, the end. */
import type { EndRunInput, NoteOutcomesInput, NoteRunInput } from '../schemas/engine.ts';
import { cellName } from '../schemas/plan.ts';
import type { RunEvent } from '../schemas/run.ts';
import type { Store } from '../store/store.ts';
import type { PlanReader } from './plan-reader.ts';

export async function noteOutcomes(store: Store, plans: PlanReader, input: NoteOutcomesInput): Promise<void> {
  const cells = await plans.cells(input.plan, input.branch);
  const at = new Date().toISOString();
  const nameOf = (index: number) => {
    const cell = cells.get(index);
    return cell === undefined ? `cell ${index}` : cellName(cell.step, cell.at);
  };
  const reasons = { blocked: 'needs', skipped: 'ruled out by', cancelled: '' };
  const events = input.outcomes.map(({ cell, state, because }): RunEvent => {
    const reason = because === undefined || because === cell ? undefined : `${reasons[state]} ${nameOf(because)}`;
    return {
      event: 'cell-ended',
      at,
      cell,
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(because === undefined || because === cell ? {} : { because }),
    };
  });
  await store.appendEvents(input.run, events);
}

export async function noteRun(store: Store, { run, event }: NoteRunInput): Promise<void> {
  const at = new Date().toISOString();
  await store.appendEvents(run, [typeof event === 'string' ? { event, at } : { event: 'branch-failed', at, ...event }]);
}

export async function endRun(store: Store, { run, state }: EndRunInput): Promise<void> {
  await store.appendEvents(run, [{ event: 'run-ended', at: new Date().toISOString(), state }]);
}
