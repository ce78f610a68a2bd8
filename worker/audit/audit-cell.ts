/** One recorded cell made again, aside from the records, and held against what its record says. */
import type { ExecuteCell } from '../../activities/compute.ts';
import { CellFailure, classify } from '../../activities/cell-failure.ts';
import { differingOutputs } from '../../activities/publish-cell.ts';
import type { Artifact } from '../../schemas/artifact.ts';
import type { CellRecord, Environment } from '../../schemas/cell-record.ts';
import { canonicalJson } from '../../schemas/json.ts';
import type { DifferingOutputs } from '../../schemas/nondeterminism.ts';
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import type { Store } from '../../store/store.ts';
import { firstDifference } from './compare-artifacts.ts';
import { declaredTolerances, exactly } from './number-tolerance.ts';
import { recordedInputs } from './recorded-inputs.ts';

/**
 * `equal`: the same bytes. `within-tolerance`: another numerical backend, and no number off by more than is declared for
 * its kind. `different`: anything else. `failed`: it could not be made again. `unavailable`: what it was made from, or its
 * own result, is gone from the store, so that nothing can be said.
 */
export type AuditVerdict = 'equal' | 'within-tolerance' | 'different' | 'failed' | 'unavailable';

export interface AuditedCell {
  readonly cell: string;
  readonly key: string;
  readonly step: string;
  readonly verdict: AuditVerdict;
  /** The first difference, or why there is none to tell. */
  readonly detail?: string;
  readonly outputs?: DifferingOutputs;
}

export interface CellAudit {
  /** Where the records are, and the notes of what differs. */
  readonly store: Store;
  /** Reads both what is recorded and what was made again. */
  readonly scratch: Store;
  readonly execute: ExecuteCell;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

export async function auditCell(audit: CellAudit, run: string, cell: PlanCell): Promise<AuditedCell> {
  const described = { cell: cellName(cell.step, cell.at), key: cell.key, step: cell.step };
  const record = await audit.store.record(cell.key, run);
  if (record === undefined) return { ...described, verdict: 'unavailable', detail: 'it has no record any more' };
  const inputs = await recordedInputs(audit.store, record);
  if (typeof inputs === 'string') return { ...described, verdict: 'unavailable', detail: inputs };
  const started = new Date();
  const hooks = { signal: audit.signal, onBegin: () => undefined, onProgress: () => undefined };
  // As it was made: failures may have changed the planned parameters.
  const made = { ...cell, with: record.with };
  const result = await audit.execute({ run, cell: made, inputs }, hooks).catch((error: unknown) => classify(error));
  if (result instanceof CellFailure) {
    if (audit.signal.aborted) throw result;
    return { ...described, verdict: 'failed', detail: `${result.class}: ${result.message}` };
  }
  const outputs = differingOutputs(record, result.outputs);
  if (outputs === undefined) return { ...described, verdict: 'equal' };
  const { backend } = result;
  const environment = { ...audit.environment, ...(backend === undefined ? {} : { backend }) };
  const found = await explain(audit.scratch, { record, again: result.outputs, outputs, environment });
  await audit.store.noteNondeterminism({
    format: 1,
    at: new Date().toISOString(),
    key: cell.key,
    name: record.name,
    use: cell.use,
    version: cell.version,
    found_by: 'audit',
    outputs,
    recorded: { run: record.run, started: record.started, environment: record.environment },
    again: { run, started: started.toISOString(), environment },
    difference: found.detail,
  });
  return { ...described, ...found, outputs };
}

interface Differing {
  readonly record: CellRecord;
  readonly again: { readonly [port: string]: Artifact };
  readonly outputs: DifferingOutputs;
  readonly environment: Environment;
}

async function explain(
  store: Store,
  { record, again, outputs, environment }: Differing,
): Promise<{ readonly verdict: 'within-tolerance' | 'different'; readonly detail: string }> {
  const sameMachinery = numerics(record.environment) === numerics(environment);
  let first: string | undefined;
  let tolerated = !sameMachinery;
  for (const port of Object.keys(outputs)) {
    const [before, now] = [record.outputs[port], again[port]];
    if (before === undefined || now === undefined) {
      return { verdict: 'different', detail: `${port}: only one of the two has it` };
    }
    const exact = await firstDifference(store, [before, now], exactly);
    first ??= `${port}: ${exact ?? 'the same values in other bytes'}`;
    if (before.kind === 'tree') tolerated = false;
    else if (tolerated) {
      const beyond = await firstDifference(store, [before, now], declaredTolerances[before.kind]);
      if (beyond !== undefined) return { verdict: 'different', detail: `${port}: ${beyond}` };
    }
  }
  return { verdict: tolerated ? 'within-tolerance' : 'different', detail: first ?? 'no output differs' };
}

/** What decides over the last digits: the numerical backend, and the engine whose Math the rest uses. */
function numerics({ backend, node }: Environment): string {
  return canonicalJson({ node, backend: backend ?? null });
}
