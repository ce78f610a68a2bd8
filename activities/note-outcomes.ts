/** What workflows decide goes into the run's log: cells that will not run, pauses, broken branches, the end. */
import { approvalsIn } from '../schemas/approval.ts';
import type { EndRunInput, NoteAwaitedInput, NoteOutcomesInput, NoteRunInput } from '../schemas/engine.ts';
import { cellName } from '../schemas/plan.ts';
import { rangesOf } from '../schemas/ranges.ts';
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
  const reasons = { blocked: 'needs', skipped: 'ruled out by', cancelled: 'needs' };
  const events = input.outcomes.map(({ cell, state, because, reason: given }): RunEvent => {
    const reason = because === undefined || because === cell ? given : `${reasons[state]} ${nameOf(because)}`;
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

/** What waits for a person, with the question that the study asks. */
export async function noteAwaited(store: Store, plans: PlanReader, input: NoteAwaitedInput): Promise<void> {
  const asked = approvalsIn(await plans.head(input.plan));
  const at = new Date().toISOString();
  const events = input.awaited.map(({ name, cells }): RunEvent => {
    const question = asked.get(name);
    const ranges = rangesOf(cells.toSorted((a, b) => a - b));
    return { event: 'approval-awaited', at, name, ranges, ...(typeof question === 'string' ? { question } : {}) };
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
