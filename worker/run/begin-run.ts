/** The beginning of a run: a new one, or the last one of the same plan taken up where it stood. */
import type { Plan } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import { writePlan } from '../../store/plan-files.ts';
import { markProcess } from '../../store/process-life.ts';
import type { Store } from '../../store/store.ts';
import { version } from '../version.ts';

export interface BegunRun {
  readonly record: RunRecord;
  /** It had been started before and not come to its end. */
  readonly resumed: boolean;
}

/** A run of this plan that has not ended is taken up; otherwise a new one begins, its gates registered. */
export async function beginRun(store: Store, plan: Plan, file: string): Promise<BegunRun> {
  // A store whose runs cannot be read is told of before anything is written.
  const runs = await store.runs();
  const digest = await writePlan(store, plan);
  const before = runs.findLast(run => run.plan === digest);
  if (before !== undefined && !(await hasEnded(store, before.run))) {
    await noteStart(store, before.run);
    return { record: before, resumed: true };
  }
  const record = await store.createRun({
    format: 1,
    study: plan.study,
    file,
    plan: digest,
    gates: Object.fromEntries(plan.gates.map(gate => [gate.name, gate.registered])),
    created: new Date().toISOString(),
    espalier: version,
  });
  await noteStart(store, record.run);
  return { record, resumed: false };
}

/** Says in the run's log that this process is at it. */
export async function noteStart(store: Store, run: string): Promise<void> {
  await store.appendEvents(run, [{ event: 'run-started', at: new Date().toISOString(), process: markProcess() }]);
}

export async function hasEnded(store: Store, run: string): Promise<boolean> {
  const { events } = await store.events(run);
  const last = events.findLast(event => event.event === 'run-started' || event.event === 'run-ended');
  return last?.event === 'run-ended';
}
