/** What a person means to pin: a run by its name, or results by step, cell, key or digest. */
import { cellName } from '../../schemas/plan.ts';
import type { Pin } from '../../schemas/pin.ts';
import type { Store } from '../../store/store.ts';
import { UsageError } from '../cli/exit-codes.ts';
import { findResult } from './find-result.ts';

/** At least one. A `UsageError` with the nearest name where nothing is meant by it. */
export async function findPins(store: Store, reference: string, run: string | undefined): Promise<Pin[]> {
  const at = new Date().toISOString();
  const runs = await store.runs();
  if (runs.some(each => each.run === reference)) return [{ pin: 'run', run: reference, at }];
  const found = await findResult(store, reference, run);
  if (found.kind !== 'cells') {
    if (found.record === undefined) throw new UsageError(`no record says what made ${reference}`);
    return [{ pin: 'cell', key: found.record.key, name: found.record.name, at }];
  }
  if (found.cells.length === 0) throw new UsageError(`${reference} has no cells in ${found.run.run}`);
  return found.cells.map(({ key, step, at: place }) => ({ pin: 'cell', key, name: cellName(step, place), at }));
}
