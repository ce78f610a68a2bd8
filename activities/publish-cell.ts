/** A finished cell becomes a record: manifest and lineage in one. */
import type { CellRecord, Environment, FailedAttempt } from '../schemas/cell-record.ts';
import { cellName, type PlanCell } from '../schemas/plan.ts';
import type { DifferingOutputs, Nondeterminism } from '../schemas/nondeterminism.ts';
import { LostLeaseError } from '../store/errors.ts';
import type { Fence, Store } from '../store/store.ts';
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
  readonly fence: Fence | undefined;
}

export interface PublishedCell {
  readonly record: CellRecord;
  /** Set where another record was there before, and these outputs of it have other bytes. */
  readonly differing: DifferingOutputs | undefined;
}

/**
 * Publishes the result of work done here. The first to publish a key wins; being second is no error, but where the bytes
 * differ it is noted in the store, and said. A `LostLeaseError` where the lease has moved on.
 */
export async function publishCell(store: Store, finished: FinishedCell): Promise<PublishedCell> {
  const { run, fence } = finished;
  const record = recordOf(finished);
  try {
    if ((await store.publish(record, fence)) === 'published') return { record, differing: undefined };
  } catch (error) {
    // Too late to be the result, not too late to be evidence.
    if (error instanceof LostLeaseError) await noteDifference(store, record, run);
    throw error;
  }
  const differing = await noteDifference(store, record, run);
  return { record: (await store.record(record.key, run)) ?? record, differing };
}

function recordOf(finished: FinishedCell): CellRecord {
  const { run, cell, resolution, result, started, attempts, environment, changed } = finished;
  return {
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

/** Outputs whose bytes are not those of the record; undefined where all are the same. */
export function differingOutputs(
  record: Pick<CellRecord, 'outputs'>,
  again: CellResult['outputs'],
): DifferingOutputs | undefined {
  const ports = new Set([...Object.keys(record.outputs), ...Object.keys(again)]);
  const differing = [...ports].flatMap(port => {
    const [before, now] = [record.outputs[port]?.digest ?? null, again[port]?.digest ?? null];
    return before === now ? [] : [[port, { recorded: before, again: now }] as const];
  });
  return differing.length === 0 ? undefined : Object.fromEntries(differing);
}

/** What a making of the cell is remembered by. */
function makingOf({ run, started, environment }: CellRecord): Nondeterminism['recorded'] {
  return { run, started, environment };
}

/** Notes it where a record was there already and holds other bytes; those bytes by port. */
async function noteDifference(store: Store, record: CellRecord, run: string): Promise<DifferingOutputs | undefined> {
  const first = await store.record(record.key, run);
  const outputs = first === undefined ? undefined : differingOutputs(first, record.outputs);
  if (first === undefined || outputs === undefined) return undefined;
  await store.noteNondeterminism({
    format: 1,
    at: new Date().toISOString(),
    key: record.key,
    name: record.name,
    use: record.use,
    version: record.version,
    found_by: 'publication',
    outputs,
    recorded: makingOf(first),
    again: makingOf(record),
  });
  return outputs;
}
