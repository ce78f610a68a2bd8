/** A finished cell becomes a record: manifest and lineage in one. */
import type { CellRecord, Environment, FailedAttempt } from '../schemas/cell-record.ts';
import { cellName, type PlanCell } from '../schemas/plan.ts';
import type { Store } from '../store/store.ts';
import type { CellResult, ResolvedInputs } from './compute.ts';
import type { Resolution } from './resolve-inputs.ts';

export interface FinishedCell {
  readonly run: string;
  readonly cell: PlanCell;
  readonly resolution: Resolution;
  readonly result: CellResult;
  readonly started: Date;
  readonly attempts: readonly FailedAttempt[];
  readonly environment: Environment;
  readonly changed: CellRecord['changed'];
}

/** Publishes the result of work done here, as the record that is returned. The first to publish a key wins. */
export async function publishCell(store: Store, finished: FinishedCell): Promise<CellRecord> {
  const { run, cell, resolution, result, started, attempts, environment, changed } = finished;
  const record: CellRecord = {
    format: 1,
    key: cell.key,
    content_key: resolution.contentKey,
    ...describeCell(cell),
    inputs: recordInputs(resolution.inputs),
    outputs: { ...result.outputs },
    run,
    started: started.toISOString(),
    seconds: result.seconds,
    attempts: [...attempts],
    resumed_at: [...result.resumedAt],
    environment: { ...environment, ...(result.backend === undefined ? {} : { backend: result.backend }) },
    notes: { ...result.notes },
    partial: resolution.partial,
    ...(changed === undefined ? {} : { changed }),
  };
  await store.publish(record);
  return record;
}

/** Publishes, for this run alone, what another recipe made in place of the planned one. */
export async function publishSubstitute(
  store: Store,
  {
    run,
    planned,
    cell,
    made,
    changed,
  }: Pick<FinishedCell, 'run' | 'cell' | 'changed'> & { readonly planned: PlanCell; readonly made: CellRecord },
): Promise<void> {
  await store.publish({ ...made, ...describeCell(cell), key: planned.key, run, partial: true, changed });
}

/** Publishes under this cell's key what another cell with the same content made. */
export async function publishReuse(
  store: Store,
  { run, cell, resolution, made }: Pick<FinishedCell, 'run' | 'cell' | 'resolution'> & { readonly made: CellRecord },
): Promise<void> {
  await store.publish({
    ...made,
    key: cell.key,
    content_key: resolution.contentKey,
    ...describeCell(cell),
    inputs: recordInputs(resolution.inputs),
    run,
    partial: resolution.partial,
    reused_from: made.reused_from ?? made.key,
  });
}

function describeCell(cell: PlanCell) {
  return {
    name: cellName(cell.step, cell.at),
    step: cell.step,
    at: cell.at,
    use: cell.use,
    version: cell.version,
    with: cell.with,
    seeds: cell.seeds,
    keep: cell.keep,
    files: cell.files,
  };
}

function recordInputs(inputs: ResolvedInputs): CellRecord['inputs'] {
  return Object.fromEntries(
    Object.entries(inputs).map(([port, { axes, parts, missing }]) => [
      port,
      {
        axes: [...axes],
        parts: parts.map(({ at, key, output, artifact, where }) => ({
          at: [...at],
          key,
          output,
          digest: artifact.digest,
          ...(where === undefined ? {} : { where }),
        })),
        missing: missing.map(({ at, key, reason }) => ({ at: [...at], key, reason })),
      },
    ]),
  );
}
