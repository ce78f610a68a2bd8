/** Records of finished cells in memory, as text: what comes out was parsed, and is nobody else's object. */
import type { CellRecord } from '../../schemas/cell-record.ts';
import { type CellKey, type Digest, cellKeySchema } from '../../schemas/identity.ts';
import { MissingRunError } from '../errors.ts';
import { checkedPrefix } from '../key-prefix.ts';
import { safeName } from '../names.ts';
import { parseRecord, recordText } from '../record-text.ts';
import type { BlobStore, RecordStore } from '../store.ts';
import type { MemoryLeases } from './memory-leases.ts';
import type { TrashableMap } from './trashable-map.ts';

interface Surroundings {
  readonly blobs: BlobStore;
  readonly hasRun: (run: string) => Promise<boolean>;
  readonly leases: Pick<MemoryLeases, 'check'>;
  /** By key, by content key, and by `RUN/KEY`. */
  readonly records: TrashableMap<string>;
  readonly contents: TrashableMap<string>;
  readonly partial: TrashableMap<string>;
}

export interface MemoryRecords extends RecordStore {
  /** Forgets every record with this output: its bytes are gone. */
  readonly forgetRecordsOf: (digest: Digest) => void;
}

export function memoryRecords({ blobs, hasRun, leases, records, contents, partial }: Surroundings): MemoryRecords {
  const read = (text: string | undefined) => (text === undefined ? undefined : parseRecord(text, 'memory'));
  const find = (key: CellKey, run?: string) =>
    records.get(key) ?? (run === undefined ? undefined : partial.get(partialName(key, run)));

  return {
    publish: async (record, fence) => {
      const text = await recordText(blobs, record);
      if (record.partial && !(await hasRun(record.run))) throw new MissingRunError(record.run);
      leases.check(record.key, fence);
      const present = record.partial ? partial.get(partialName(record.key, record.run)) : records.get(record.key);
      if (present !== undefined) return 'exists';
      if (record.partial) partial.set(partialName(record.key, record.run), text);
      else records.set(record.key, text);
      if (!contents.has(record.content_key)) contents.set(record.content_key, text);
      return 'published';
    },
    record: async (key, run) => read(find(key, run)),
    recordByContent: async contentKey => read(contents.get(contentKey)),
    haveRecords: async (keys, run) => keys.map(key => find(key, run) !== undefined),
    keysLike: async (prefix, limit) => {
      const checked = checkedPrefix(prefix);
      return records
        .entries()
        .flatMap(([key]) => (key.startsWith(checked) ? [cellKeySchema.parse(key)] : []))
        .sort()
        .slice(0, limit);
    },
    recordOfArtifact: async digest => {
      const listing = [...records.entries(), ...contents.entries()]
        .map(([, text]) => parseRecord(text, 'memory'))
        .filter(record => Object.values(record.outputs).some(output => output.digest === digest));
      return listing.find(isOrigin) ?? listing[0];
    },
    forgetRecordsOf: digest => {
      for (const kept of [records, contents, partial]) forget(kept, digest);
    },
  };
}

function forget(kept: TrashableMap<string>, digest: Digest): void {
  for (const [name, text] of kept.entries()) {
    const { outputs } = parseRecord(text, 'memory');
    if (Object.values(outputs).some(output => output.digest === digest)) kept.delete(name);
  }
}

function partialName(key: CellKey, run: string): string {
  return `${safeName('run', run)}/${key}`;
}

function isOrigin(record: CellRecord): boolean {
  return record.reused_from === undefined;
}
