/** The beginning of a run: a new one, or the last one of the same plan taken up where it stood. */
import { canonicalJson } from '../../schemas/json.ts';
import type { Digest } from '../../schemas/identity.ts';
import type { Plan } from '../../schemas/plan.ts';
import { numbersIn, rangesOf } from '../../schemas/ranges.ts';
import type { RunEvent, RunOrigin, RunRecord } from '../../schemas/run.ts';
import { writePlan } from '../../store/plan-files.ts';
import { markProcess } from '../../store/process-life.ts';
import type { Store } from '../../store/store.ts';
import { version } from '../version.ts';
import { planReasons } from './plan-reasons.ts';
import { lastRunOf } from './what-changed.ts';

export interface BeginOptions {
  readonly plan: Plan;
  /** Its digest, where it is in the store already. */
  readonly digest?: Digest | undefined;
  /** The study file as given. */
  readonly file: string;
  /** Its `--set` flags, where they are known. */
  readonly set: readonly string[] | undefined;
  /** 1 first, 5 last; a run that is taken up keeps its own. */
  readonly priority?: number | undefined;
  /** Of a rerun: the run it comes from, and the cells that it leaves as they were there. */
  readonly origin?: { readonly run: string; readonly left: readonly LeftCells[] };
}

/** As the log tells of them. */
export type LeftCells = Omit<Extract<RunEvent, { event: 'cells-left' }>, 'event' | 'at'>;

export interface BegunRun {
  readonly record: RunRecord;
  /** It had been started before and not come to its end. */
  readonly resumed: boolean;
}

/** A run of this plan that has not ended is taken up; otherwise a new one begins, its gates and reasons written down. */
export async function beginRun(
  store: Store,
  { plan, file, set, origin, priority, ...given }: BeginOptions,
): Promise<BegunRun> {
  // A store whose runs cannot be read is told of before anything is written.
  const runs = await store.runs();
  const digest = given.digest ?? (await writePlan(store, plan));
  const comesFrom = origin === undefined ? undefined : originOf(origin);
  const before = runs.findLast(run => run.plan === digest && isSameWork(run.origin, comesFrom));
  if (before !== undefined && !(await hasEnded(store, before.run))) {
    await noteStart(store, before.run);
    return { record: before, resumed: true };
  }
  const since = origin === undefined ? await lastRunOf(store, plan.study) : await store.run(origin.run);
  const reasons = await planReasons({ store, plan, since });
  const record = await store.createRun({
    format: 1,
    study: plan.study,
    file,
    ...(set === undefined ? {} : { set: [...set] }),
    ...(comesFrom === undefined ? {} : { origin: comesFrom }),
    plan: digest,
    ...(priority === undefined ? {} : { priority }),
    gates: Object.fromEntries(plan.gates.map(gate => [gate.name, gate.registered])),
    created: new Date().toISOString(),
    espalier: version,
  });
  await noteStart(store, record.run);
  const at = new Date().toISOString();
  const left = (origin?.left ?? []).map((each): RunEvent => ({ event: 'cells-left', at, ...each }));
  await store.appendEvents(record.run, [{ ...reasons, at }, ...left]);
  return { record, resumed: false };
}

function originOf({ run, left }: NonNullable<BeginOptions['origin']>): RunOrigin {
  const states = (['failed', 'blocked', 'cancelled'] as const).flatMap(state => {
    const cells = left.filter(each => each.state === state).flatMap(({ ranges }) => [...numbersIn(ranges)]);
    return cells.length === 0 ? [] : [{ state, ranges: rangesOf(cells) }];
  });
  return { run, left: states };
}

/** A rerun that leaves nothing does what `run` does; one that leaves cells is taken up by its like alone. */
function isSameWork(before: RunOrigin | undefined, origin: RunOrigin | undefined): boolean {
  const left = (each: RunOrigin | undefined) => (each === undefined || each.left.length === 0 ? null : each);
  return canonicalJson(left(before)) === canonicalJson(left(origin));
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
