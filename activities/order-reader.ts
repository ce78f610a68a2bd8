/**
 * What persons have ordered of a run, from its event log. A process reads each line of a log once, so that a thousand
 * branches do not read the whole of it each.
 */
import { describeOrder } from '../schemas/order.ts';
import type { RunEvent } from '../schemas/run.ts';
import type { RunStore } from '../store/store.ts';

export interface RunOrders {
  /** Cells that are not to be worked at, and by whose order. */
  readonly cancelled: ReadonlyMap<number, string>;
  /** Decisions on steps and gates (`gates.name`) that ask for one; the first on each counts. */
  readonly decisions: ReadonlyMap<string, { readonly decision: 'approved' | 'rejected'; readonly reason: string }>;
}

/** Up to now: whatever was appended before the call is in what it gives. */
export type OrderReader = (run: string) => Promise<RunOrders>;

/** Runs kept in memory: those a worker is at. */
const keptRuns = 16;

export function createOrderReader(store: Pick<RunStore, 'events'>): OrderReader {
  const logs = new Map<string, () => Promise<RunOrders>>();
  return run => {
    const read = logs.get(run) ?? readLog(store, run);
    logs.delete(run);
    logs.set(run, read);
    const oldest = logs.keys().next();
    if (logs.size > keptRuns && !oldest.done) logs.delete(oldest.value);
    return read();
  };
}

function readLog(store: Pick<RunStore, 'events'>, run: string): () => Promise<RunOrders> {
  const cancelled = new Map<number, string>();
  const decisions = new Map<string, { readonly decision: 'approved' | 'rejected'; readonly reason: string }>();
  let cursor: string | undefined;
  let reading: Promise<unknown> = Promise.resolve();

  const take = (event: RunEvent) => {
    if (event.event === 'cell-cancel-ordered') cancelled.set(event.cell, describeOrder('ended', event));
    if (event.event === 'approval-decided' && !decisions.has(event.name))
      decisions.set(event.name, { decision: event.decision, reason: describeOrder(event.decision, event) });
  };
  const readOn = async (): Promise<RunOrders> => {
    const page = await store.events(run, cursor);
    cursor = page.cursor;
    for (const event of page.events) take(event);
    return { cancelled, decisions };
  };
  return () => {
    const next = reading.then(readOn, readOn);
    reading = next;
    return next;
  };
}
