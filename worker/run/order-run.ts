/** Orders to a run: written into its log first, where they last, then told to the branches that are under way. */
import type { BranchOrder } from '../../schemas/engine.ts';
import { describeOrder } from '../../schemas/order.ts';
import type { RunEvent } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import type { Config } from '../config.ts';
import { workflowVersion } from '../entry-points.ts';
import { findServer } from '../server/find-server.ts';
import { temporalTarget } from '../temporal/connection.ts';
import { type RunClient, connectRuns } from '../temporal/run-client.ts';

export interface RunOrder {
  readonly run: string;
  /** What the log says of it, for ever. */
  readonly event: OrderEvent;
  /** Branches with cells that it concerns. */
  readonly branches: readonly number[];
}

/** Signals under way at once. */
const atOnce = 16;

/**
 * How many branches heard of it. Those that have not begun, and all of a run that nobody is at, read it in the log when
 * they do.
 */
export async function orderRun(store: Store, config: Config, { run, event, branches }: RunOrder): Promise<number> {
  await store.appendEvents(run, [event]);
  const order = orderOf(event);
  return (await withServer(store, config, client => tellBranches(client, { run, order, branches }))) ?? 0;
}

/** Undefined where there is no server now. */
export async function withServer<Result>(
  store: Store,
  config: Config,
  use: (client: RunClient) => Promise<Result>,
): Promise<Result | undefined> {
  const server = await findServer(config);
  if (server === undefined) return undefined;
  const target = temporalTarget(server.embedded ? server.address : undefined);
  const client = await connectRuns(target, { storeId: store.id, version: workflowVersion() });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** How many of them there are to hear it. */
export async function tellBranches(
  client: Pick<RunClient, 'order'>,
  { run, order, branches }: { readonly run: string; readonly order: BranchOrder; readonly branches: readonly number[] },
): Promise<number> {
  let heard = 0;
  for (let first = 0; first < branches.length; first += atOnce) {
    const some = branches.slice(first, first + atOnce);
    const told = await Promise.all(some.map(branch => client.order(run, branch, order)));
    heard += told.filter(Boolean).length;
  }
  return heard;
}

/** What branches are told of it. */
export function orderOf(event: OrderEvent): BranchOrder {
  if (event.event === 'cell-cancel-ordered')
    return { order: 'cancel', cell: event.cell, reason: describeOrder('ended', event) };
  const { name, decision } = event;
  return decision === 'approved'
    ? { order: 'approve', name }
    : { order: 'reject', name, reason: describeOrder('rejected', event) };
}

/** The events that are orders. */
export type OrderEvent = Extract<RunEvent, { readonly by: string }>;

export function isOrder(event: RunEvent): event is OrderEvent {
  return 'by' in event;
}
