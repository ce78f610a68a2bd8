/**
 * A store whose writes fail when they are told to, over any other store: full disks and broken ones without a disk. Reads
 * are those of the store below. Writes are counted from 1 in the order they begin.
 */
import { StoreWriteError } from '../../store/errors.ts';
import type { BlobWriter, HeldLease, Lease, Store } from '../../store/store.ts';

/** How a write fails: with which system error, and whether its effect is there all the same. */
export interface Fault {
  readonly code: 'ENOSPC' | 'EDQUOT' | 'EIO';
  /** `after`: the bytes are there, and the caller is told that they are not (a flush that failed). */
  readonly when: 'before' | 'after';
}

export interface FaultyStore<Inner extends Store> {
  readonly store: Inner;
  /** Writes begun so far. */
  readonly writes: () => number;
  /** What each of them was, by the name of its method. */
  readonly log: () => readonly string[];
}

/** `fault` says of each write, by its number and the name of its method, whether and how it fails. */
export function faultyStore<Inner extends Store>(
  inner: Inner,
  fault: (write: number, method: string) => Fault | undefined,
): FaultyStore<Inner> {
  const log: string[] = [];

  const guarded = async <Result>(method: string, write: () => Promise<Result>): Promise<Result> => {
    log.push(method);
    const failing = fault(log.length, method);
    if (failing?.when === 'before') throw refusal(method, failing);
    const result = await write();
    if (failing?.when === 'after') throw refusal(method, failing);
    return result;
  };
  const guardedWriter = (writer: BlobWriter): BlobWriter => ({
    write: bytes => endedBy(writer, () => guarded('createBlob.write', () => writer.write(bytes))),
    commit: () => endedBy(writer, () => guarded('createBlob.commit', () => writer.commit())),
    abort: () => writer.abort(),
  });
  const guardedLease = (lease: Lease | HeldLease): Lease | HeldLease =>
    lease.held
      ? {
          ...lease,
          renew: () => guarded('lease.renew', () => lease.renew()),
          release: () => guarded('lease.release', () => lease.release()),
        }
      : lease;
  const store: Inner = {
    ...inner,
    put: bytes => guarded('put', () => inner.put(bytes)),
    createBlob: async () => guardedWriter(await guarded('createBlob', () => inner.createBlob())),
    publish: (record, fence) => guarded('publish', () => inner.publish(record, fence)),
    noteNondeterminism: note => guarded('noteNondeterminism', () => inner.noteNondeterminism(note)),
    acquireLease: async (key, owner, seconds) =>
      guardedLease(await guarded('acquireLease', () => inner.acquireLease(key, owner, seconds))),
    addAttempt: (key, attempt, fence) => guarded('addAttempt', () => inner.addAttempt(key, attempt, fence)),
    saveCheckpoint: (key, bytes, fence) => guarded('saveCheckpoint', () => inner.saveCheckpoint(key, bytes, fence)),
    clearWork: (key, fence) => guarded('clearWork', () => inner.clearWork(key, fence)),
    createRun: record => guarded('createRun', () => inner.createRun(record)),
    appendEvents: (run, events) => guarded('appendEvents', () => inner.appendEvents(run, events)),
    pin: pin => guarded('pin', () => inner.pin(pin)),
    unpin: pin => guarded('unpin', () => inner.unpin(pin)),
    moveToTrash: (items, options) => guarded('moveToTrash', () => inner.moveToTrash(items, options)),
    restoreTrash: () => guarded('restoreTrash', () => inner.restoreTrash()),
    purgeTrash: batch => guarded('purgeTrash', () => inner.purgeTrash(batch)),
    writeRunFile: (run, name, text) => guarded('writeRunFile', () => inner.writeRunFile(run, name, text)),
  };
  return { store, writes: () => log.length, log: () => log };
}

function refusal(method: string, { code }: Fault): StoreWriteError {
  return new StoreWriteError(method, code, new Error(`${code}: injected`));
}

/** As with the stores themselves: a writer whose write failed leaves nothing. */
async function endedBy<Result>(writer: BlobWriter, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
