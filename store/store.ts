/**
 * The one interface to everything that outlives a process: bytes by digest, records by key, leases and checkpoints of
 * work under way, runs and their event logs. `FolderStore` keeps it in a directory, `MemoryStore` for tests in memory;
 * test/store/store.suite.ts is what both must do.
 */
import type { CellRecord, FailedAttempt } from '../schemas/cell-record.ts';
import type { CellKey, Digest } from '../schemas/identity.ts';
import type { RunEvent, RunRecord } from '../schemas/run.ts';

export interface Store extends BlobStore, RecordStore, WorkStore, RunStore {
  /** Random, made once with the store; names its task queues, so that two stores on one server never mix. */
  readonly id: string;
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
   * for its own run alone). Every output must be in the store before.
   */
  publish(record: CellRecord): Promise<'published' | 'exists'>;
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

/** What belongs to a cell while somebody is at it: a lease, failed attempts, the last checkpoint. */
export interface WorkStore {
  /** Takes the lease, or says who has it. A lease whose time ran out, or whose owner is known dead, is taken over. */
  acquireLease(key: CellKey, owner: LeaseOwner, seconds: number): Promise<Lease | HeldLease>;
  attempts(key: CellKey): Promise<FailedAttempt[]>;
  addAttempt(key: CellKey, attempt: FailedAttempt): Promise<void>;
  /** Replaces the checkpoint, atomically: after a crash the old or the new one is there, whole. */
  saveCheckpoint(key: CellKey, bytes: Uint8Array): Promise<void>;
  checkpoint(key: CellKey): Promise<Uint8Array | undefined>;
  /** A folder of this machine for a program that works at the cell: kept across attempts, made where it is not there. */
  workFolder(key: CellKey): Promise<string>;
  /** Forgets attempts, checkpoint and folder, once the record is published. */
  clearWork(key: CellKey): Promise<void>;
}

export interface LeaseOwner {
  readonly host: string;
  readonly pid: number;
  /** What the owner is doing, for people: run and cell. */
  readonly purpose: string;
}

export interface Lease {
  readonly held: true;
  /** Whom it was taken from, where the owner before was dead or let it run out, and since when that one had held it. */
  readonly takenFrom?: { readonly owner: LeaseOwner; readonly since: Date };
  /** Extends it; false when it was lost meanwhile (then stop: somebody else is at it). */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

export interface HeldLease {
  readonly held: false;
  readonly owner: LeaseOwner;
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
