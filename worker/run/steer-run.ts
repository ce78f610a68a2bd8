/** Telling a run under way, whoever watches it, to pause or to end. */
import type { RunRecord } from '../../schemas/run.ts';
import { UsageError } from '../cli/exit-codes.ts';
import type { Config } from '../config.ts';
import { workflowVersion } from '../entry-points.ts';
import { findServer } from '../server/find-server.ts';
import { temporalTarget } from '../temporal/connection.ts';
import { connectRuns } from '../temporal/run-client.ts';

/** A `UsageError` where no server is at the run. */
export async function steerRun(
  config: Config,
  { run }: RunRecord,
  { storeId, order }: { readonly storeId: string; readonly order: 'pause' | 'cancel' },
): Promise<void> {
  const notAtIt = new UsageError(`${run} is not running now: espalier status ${run}`);
  const server = await findServer(config);
  if (server === undefined) throw notAtIt;
  const target = temporalTarget(server.embedded ? server.address : undefined);
  const client = await connectRuns(target, { storeId, version: workflowVersion() });
  try {
    if ((await client.state(run)) !== 'running') throw notAtIt;
    await client[order](run);
  } finally {
    await client.close();
  }
}
