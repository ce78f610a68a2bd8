/**
 * Inputs that are there and are what their digests say. One whose bytes are corrupt or gone was never a result: the store
 * moves its record aside, its cell is made again here and now, and then the inputs are looked up anew. So a run heals by
 * itself; where it is killed in between, the next attempt, or the same command again, finds the record gone and goes on.
 */
import type { PlanCell, PlanPart } from '../schemas/plan.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import type { Digest } from '../schemas/identity.ts';
import { CorruptBlobError, MissingBlobError } from '../store/errors.ts';
import { getTree } from '../store/tree-artifact.ts';
import type { Store } from '../store/store.ts';
import type { AttemptResult } from './attempt-cell.ts';
import { CellFailure } from './cell-failure.ts';
import type { ResolvedPart } from './compute.ts';
import { LostInputs, type Resolution, resolveInputs } from './resolve-inputs.ts';

/** Makes another cell of the plan, by its index; how that ended. */
export type Remake = (cell: number) => Promise<AttemptResult>;

export interface InputsToFind {
  readonly run: string;
  readonly cell: PlanCell;
  readonly kind: StepKind;
  /** Without it, lost inputs are a failure. */
  readonly remake: Remake | undefined;
}

/** Each round makes what the one before found lost; a disk that loses things faster than that is past healing. */
const rounds = 4;

/** The inputs, or in how many seconds to try again because somebody else is making one of them. */
export async function soundInputs(
  store: Store,
  { run, cell, kind, remake }: InputsToFind,
): Promise<Resolution | Extract<AttemptResult, { readonly retry: number }>> {
  for (let round = 1; ; round += 1) {
    try {
      const resolution = await resolveInputs(store, run, cell, kind);
      await checkParts(store, cell, resolution);
      return resolution;
    } catch (error) {
      if (!(error instanceof LostInputs) || remake === undefined || round === rounds) throw error;
      const waiting = await makeAgain(error.parts, remake);
      if (waiting !== undefined) return waiting;
    }
  }
}

/** One hash of the bytes per process and file; later looks cost a `stat`. */
async function checkParts(store: Store, cell: PlanCell, { inputs }: Resolution): Promise<void> {
  const lost: PlanPart[] = [];
  for (const [port, { parts }] of Object.entries(inputs)) {
    const planned = new Map((cell.inputs[port]?.parts ?? []).map(part => [`${part.key}/${part.output}`, part]));
    for (const part of parts) {
      if (await isSound(store, part)) continue;
      const from = planned.get(`${part.key}/${part.output}`);
      if (from === undefined) throw new Error(`internal: port ${port} has a part that the plan does not know`);
      lost.push(from);
    }
  }
  if (lost.length > 0) throw new LostInputs(lost);
}

async function isSound(store: Store, { artifact }: ResolvedPart): Promise<boolean> {
  try {
    await store.verify(artifact.digest);
    if (artifact.kind === 'tree') await verifyFiles(store, artifact.digest);
    return true;
  } catch (error) {
    if (error instanceof CorruptBlobError || error instanceof MissingBlobError) return false;
    throw error;
  }
}

async function verifyFiles(store: Store, tree: Digest): Promise<void> {
  for (const { digest } of (await getTree(store, tree)).files) await store.verify(digest);
}

async function makeAgain(parts: readonly PlanPart[], remake: Remake) {
  for (const cell of new Set(parts.map(part => part.cell))) {
    const result = await remake(cell);
    if ('retry' in result) return { retry: result.retry, reason: `an input is made again: ${result.reason}` };
    const { state } = result.ended;
    if (state === 'done' || state === 'cached') continue;
    throw new CellFailure(
      'infrastructure',
      `an input was lost from the store and could not be made again: ${result.reason ?? state}`,
    );
  }
  return undefined;
}
