/** Records whose outputs are there: one that lacks bytes was no result. */
import type { CellRecord } from '../schemas/cell-record.ts';
import { MissingBlobError } from '../store/errors.ts';
import type { Store } from '../store/store.ts';

/** The record, unless an output of it is gone: then it is moved aside, as the store does with results it cannot give. */
export async function intact(store: Store, record: CellRecord | undefined): Promise<CellRecord | undefined> {
  for (const { digest } of Object.values(record?.outputs ?? {})) {
    if (await store.has(digest)) continue;
    await store.verify(digest).catch((error: unknown) => {
      if (!(error instanceof MissingBlobError)) throw error;
    });
    return undefined;
  }
  return record;
}
