/**
 * The one interface to everything that outlives a process: bytes by digest, records by key, leases and checkpoints of
 * work under way, runs and their event logs. `FolderStore` keeps it in a directory, `MemoryStore` for tests in memory;
 * test/store/store.suite.ts is what both must do.
 */
import type { CellRecord, FailedAttempt } from '../schemas/cell-record.ts';
import type { CellKey, Digest } from '../schemas/identity.ts';
import type { Nondeterminism } from '../schemas/nondeterminism.ts';
import type { Pin } from '../schemas/pin.ts';
import type { RunEvent, RunRecord } from '../schemas/run.ts';

export interface Store extends BlobStore, RecordStore, NoteStore, WorkStore, RunStore, PinStore, CollectStore {
  /** Random, made once with the store; names its task queues, so that two stores on one server never mix. */
  readonly id: string;
  /**
   * The same store for many small cells at a time: what is put is durable, and visible to others, when a record that
   * is published after it is. Publications that wait for the disk at the same time share one flush.
   */
  grouped(): Store;
}

/** Immutable bytes by their digest. A blob is there whole or not at all. */
export interface BlobStore {
  put(bytes: Uint8Array): Promise<Digest>;
  /**
   * Takes a finished file in, hashed in pieces: moved where it lies on the store's own file system, else copied. It is
   * gone from its place afterwards.
   */
  takeFile(file: string): Promise<{ readonly digest: Digest; readonly bytes: number }>;
  /** Streams a blob in; nothing is visible before `commit`. */
  createBlob(): Promise<BlobWriter>;
  has(digest: Digest): Promise<boolean>;
  /** All bytes. With `verify` they are hashed; a mismatch is a `CorruptBlobError`. */
  get(digest: Digest, options?: { readonly verify?: boolean }): Promise<Uint8Array>;
  /**
   * Whether the bytes are those that the digest names; remembered while the file is the same one. Where they are not,
   * or are gone, every record with this output is moved aside, so that its cell is made again, and a
   * `CorruptBlobError` or `MissingBlobError` thrown. Corrupt bytes that `get` finds with `verify` are treated the same.
   */
  verify(digest: Digest): Promise<void>;
  /** Random access, for files larger than memory. */
  open(digest: Digest): Promise<BlobReader>;
}

export interface BlobWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** Makes it durable and visible; publishing bytes that exist already is no error. */
  commit(): Promise<{ readonly digest: Digest; readonly bytes: number }>;
  /** Forgets it; safe to call after `commit` or twice. */
  abort(): Promise<void>;
}

export interface BlobReader {
  readonly bytes: number;
  /** Exactly `length` bytes from `offset`; reading past the end is an error. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Records of finished cells. The first to publish a key wins; a record never changes. */
export interface RecordStore {
  /**
   * Makes the record durable and visible under its key and its content key (a partial one under its content key and
   * for its own run alone). Every output must be in the store before. With a fence, a `LostLeaseError` where the lease
   * has moved on.
   */
  publish(record: CellRecord, fence?: Fence): Promise<'published' | 'exists'>;
  /** By recipe key; with `run`, also what that run published as partial. */
  record(key: CellKey, run?: string): Promise<CellRecord | undefined>;
  recordByContent(contentKey: CellKey): Promise<CellRecord | undefined>;
  /** Bulk look-up: for each key, whether `record(key, run)` would find something. */
  haveRecords(keys: readonly CellKey[], run?: string): Promise<boolean[]>;
  /** Keys that begin with `prefix` (at least 4 characters), at most `limit`; for people who type them. */
  keysLike(prefix: string, limit: number): Promise<CellKey[]>;
  /** The record that lists an artifact with this digest among its outputs, if any (a scan: for people, not loops). */
  recordOfArtifact(digest: Digest): Promise<CellRecord | undefined>;
}

/** Keys that have given two results. */
export interface NoteStore {
  /** Durable; the same two results of a key are noted once. */
  noteNondeterminism(note: Nondeterminism): Promise<void>;
  /** All notes, oldest first. */
  nondeterminism(): Promise<Nondeterminism[]>;
}

/**
 * What belongs to a cell while somebody is at it: a lease, failed attempts, the last checkpoint. A holder of the lease
 * shows its fence with every write; where the lease has moved on, the write is refused with a `LostLeaseError`.
 */
export interface WorkStore {
  /**
   * Takes the lease, or says who has it. It is taken over where its owner is known dead, and where this process has
   * watched it for its whole length without a renewal: by its own steady clock, whatever anybody's calendar says.
   */
  acquireLease(key: CellKey, owner: LeaseOwner, seconds: number): Promise<Lease | HeldLease>;
  attempts(key: CellKey): Promise<FailedAttempt[]>;
  addAttempt(key: CellKey, attempt: FailedAttempt, fence?: Fence): Promise<void>;
  /** Replaces the checkpoint, atomically: after a crash the old or the new one is there, whole. */
  saveCheckpoint(key: CellKey, bytes: Uint8Array, fence?: Fence): Promise<void>;
  checkpoint(key: CellKey): Promise<Uint8Array | undefined>;
  /** When it was saved. */
  checkpointTime(key: CellKey): Promise<Date | undefined>;
  /** A folder of this machine for a program that works at the cell: kept across attempts, made where it is not there. */
  workFolder(key: CellKey): Promise<string>;
  /** Forgets attempts, checkpoint and folder, once the record is published. */
  clearWork(key: CellKey, fence?: Fence): Promise<void>;
}

/** What a holder shows with its writes. Plain data: it goes along to the process that does the work. */
export interface Fence {
  /** Grows each time the lease changes hands. */
  readonly number: number;
  readonly token: string;
}

export interface LeaseOwner {
  readonly host: string;
  readonly pid: number;
  /** What the owner is doing, for people: run and cell. */
  readonly purpose: string;
}

export interface Lease {
  readonly held: true;
  readonly fence: Fence;
  /** Whom it was taken from, where the owner before was dead or let it run out, and since when that one had held it. */
  readonly takenFrom?: { readonly owner: LeaseOwner; readonly since: Date };
  /** Extends it; false when it was lost meanwhile (then stop: somebody else is at it). */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

export interface HeldLease {
  readonly held: false;
  readonly owner: LeaseOwner;
  /** When it will count as abandoned, unless it is renewed before. */
  readonly expires: Date;
}

/** Runs and their append-only logs. */
export interface RunStore {
  /** Makes a new run named `<study>-<n>`, n counting up; `record.run` is filled in. */
  createRun(record: Omit<RunRecord, 'run'>): Promise<RunRecord>;
  run(run: string): Promise<RunRecord | undefined>;
  /** All runs, oldest first. */
  runs(): Promise<RunRecord[]>;
  /** Appends in order, durable when it returns. Each process writes a log of its own; readers see them merged. */
  appendEvents(run: string, events: readonly RunEvent[]): Promise<void>;
  /** Events since `cursor` (all without one). A line half-written by a killed process is left out. */
  events(
    run: string,
    cursor?: string,
  ): Promise<{
    readonly events: RunEvent[];
    readonly cursor: string;
    /** Lines in the middle of a log that are no events: damage, left out and counted. */
    readonly skipped: number;
  }>;
  /** The folder of the run's logs, which grow while they are written; made where it is not there. */
  logFolder(run: string): Promise<string>;
  /** A named file of the run that people open (its report), replaced atomically; the path where there is one. */
  writeRunFile(run: string, name: string, text: string): Promise<string>;
}

/** What is to be kept because somebody said so. */
export interface PinStore {
  /** Pinning again changes nothing but the time. */
  pin(pin: Pin): Promise<void>;
  /** False where it was not pinned. */
  unpin(pin: Pin): Promise<boolean>;
  /** All pins, oldest first. */
  pins(): Promise<Pin[]>;
}

/**
 * `record` by key, `content` by content key, `partial` those that answer for one run alone; `work` what belongs to a cell
 * that somebody was at and nobody has cleared: attempts, checkpoint, folder.
 */
export type ItemKind = 'record' | 'content' | 'partial' | 'blob' | 'work';

export interface StoredItem {
  readonly kind: ItemKind;
  /** Key or digest; of a partial record `RUN/KEY`. */
  readonly name: string;
  readonly bytes: number;
  /** When it was written, or last needed by a publication. */
  readonly modified: Date;
}

/** What was thrown away together. */
export interface TrashBatch {
  /** When; also its name. */
  readonly batch: Date;
  readonly items: number;
  readonly bytes: number;
}

/**
 * Garbage collection. Nothing is deleted but from the trash, and whoever looks for something that is in the trash (by
 * any look-up of this store, publishing and putting included) has it back: a decision to throw away that was overtaken
 * by a publication costs a rename, never a result.
 */
export interface CollectStore {
  /** Everything of a kind that is in place, in no order. */
  items(kind: ItemKind): AsyncIterable<StoredItem>;
  /** Moves items to the trash, but for those written or needed since; how many it moved. */
  moveToTrash(
    items: readonly StoredItem[],
    options: { readonly batch: Date; readonly unlessModifiedSince: Date },
  ): Promise<number>;
  /** Oldest first. */
  trash(): Promise<TrashBatch[]>;
  /** Puts all of the trash back where nothing new is in its place; how many items came back. */
  restoreTrash(): Promise<number>;
  /** Deletes a batch for good. */
  purgeTrash(batch: Date): Promise<void>;
}
