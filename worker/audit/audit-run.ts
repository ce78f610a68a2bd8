/** A sample of a run's recorded cells made again in a scratch area, and compared; nothing of it is published. */
import { mkdtemp, rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import { cellExecutor } from '../../activities/execute-cell.ts';
import { bodyOf } from '../../activities/steps/bodies.ts';
import type { PlanCell } from '../../schemas/plan.ts';
import { openFolderStore } from '../../store/folder/open-folder-store.ts';
import { scratchStore } from '../../store/scratch-store.ts';
import type { Store } from '../../store/store.ts';
import { createComputePool } from '../compute/compute-pool.ts';
import type { Config } from '../config.ts';
import { entryPoint } from '../entry-points.ts';
import { homeOf } from '../home.ts';
import { machineEnvironment } from '../machine-environment.ts';
import { findNativeBackend } from '../setup/native/native-backend.ts';
import { type AuditedCell, auditCell } from './audit-cell.ts';

export interface RunAudit {
  readonly store: Store;
  readonly run: string;
  readonly cells: readonly PlanCell[];
  readonly signal: AbortSignal;
  /** Called as each cell ends, in the order in which they do. */
  readonly onCell: (audited: AuditedCell) => void;
}

/** In the order of `cells`. Light cells run here, heavy ones in compute processes, `config.slots` at a time. */
export async function auditRun(
  config: Config,
  { store, run, cells, signal, onCell }: RunAudit,
): Promise<AuditedCell[]> {
  const home = homeOf(config.home);
  const scratchFolder = await mkdtemp(path.join(home.root, 'audit-'));
  const native = await findNativeBackend(config);
  const resources = { backend: config.backend, nativePackage: native.state === 'ready' ? native.package : undefined };
  const { checkpointSeconds } = config;
  const pool = createComputePool({
    entry: entryPoint('compute'),
    store: home.store,
    scratch: scratchFolder,
    room: { cpu: config.slots, memory: totalmem() },
    resources,
    checkpointSeconds,
    onOutput: () => undefined,
  });
  try {
    const scratch = scratchStore(store, await openFolderStore(scratchFolder));
    const light = cellExecutor({ store: scratch, bodyOf, resources, checkpointSeconds });
    const audit = { store, scratch, environment: machineEnvironment(), signal };
    const results: AuditedCell[] = [];
    let next = 0;
    const lane = async () => {
      for (let index = next++; index < cells.length && !signal.aborted; index = next++) {
        const cell = cells[index];
        if (cell === undefined) continue;
        const execute = cell.weight === 'heavy' ? pool.execute : light;
        const audited = await auditCell({ ...audit, execute }, run, cell);
        results[index] = audited;
        onCell(audited);
      }
    };
    await Promise.all(Array.from({ length: Math.min(config.slots, cells.length) }, lane));
    signal.throwIfAborted();
    return results;
  } finally {
    await pool.stop();
    await rm(scratchFolder, { recursive: true, force: true });
  }
}
