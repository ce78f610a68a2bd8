/**
 * Orders in the logs of runs under way, told to their branches again by every worker. Who gave one may have found no
 * server to tell, while the server's file had branches that went on when it came back. Hearing it twice changes nothing.
 */
import { type PlanReader, createPlanReader } from '../../activities/plan-reader.ts';
import { approvalNames } from '../../schemas/approval.ts';
import type { PlanCell } from '../../schemas/plan.ts';
import type { RunEvent, RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import type { RunClient } from '../temporal/run-client.ts';
import { isOrder, orderOf, tellBranches } from './order-run.ts';

/** The latest runs are looked at; older ones have ended. */
const latestRuns = 50;

/** Tells what was ordered since the last call; everything that was ever ordered, in the first. */
export function createOrderDelivery(store: Store, client: Pick<RunClient, 'order' | 'state'>): () => Promise<void> {
  const plans = createPlanReader(store);
  const cursors = new Map<string, string>();
  return async () => {
    for (const record of (await store.runs()).slice(-latestRuns)) {
      if ((await client.state(record.run)) !== 'running') continue;
      const page = await store.events(record.run, cursors.get(record.run));
      for (const event of page.events) await deliver(event, record, plans, client);
      cursors.set(record.run, page.cursor);
    }
  };
}

async function deliver(
  event: RunEvent,
  { run, plan }: RunRecord,
  plans: PlanReader,
  client: Pick<RunClient, 'order'>,
): Promise<void> {
  if (!isOrder(event)) return;
  const order = orderOf(event);
  const branches = await branchesWhere(plans, plan, cell =>
    order.order === 'cancel' ? cell.index === order.cell : approvalNames(cell).includes(order.name),
  );
  await tellBranches(client, { run, order, branches });
}

/** Branches of a plan with such a cell. */
export async function branchesWhere(
  plans: PlanReader,
  plan: string,
  isMeant: (cell: PlanCell) => boolean,
): Promise<number[]> {
  const { branches } = await plans.head(plan);
  const found = await Promise.all(
    branches.map(async ({ index }) => ([...(await plans.cells(plan, index)).values()].some(isMeant) ? [index] : [])),
  );
  return found.flat();
}
