/** What can go wrong in a store, as types: callers decide by class and code, people read the message. */
import type { FailureClass } from '../schemas/failure.ts';
import { z } from 'zod';
import type { CellKey, Digest } from '../schemas/identity.ts';

/** A write failed: the disk or its quota is full, it broke, or it may not be written. Nothing of it is visible. */
export class StoreWriteError extends Error {
  override readonly name = 'StoreWriteError';
  /** The system's word for it: `ENOSPC`, `EDQUOT`, `EFBIG`, `EIO`, `EROFS`, `EACCES`, … */
  readonly code: string;
  readonly path: string;

  constructor(path: string, code: string, cause: unknown) {
    super(`cannot write ${path}: ${code}; ${remedies[code] ?? 'look at the disk that holds the store'}`, { cause });
    this.code = code;
    this.path = path;
  }
}

const remedies: { readonly [code: string]: string } = {
  ENOSPC: 'the disk (or its inodes) is full: make room and run again',
  EDQUOT: 'the quota of this user is used up: make room or raise it, and run again',
  EFBIG: 'the file is larger than the file system or the limit on file sizes (ulimit -f) allows: raise the limit',
  EIO: 'the disk reports an error: look at the system log before trusting it with more',
  EROFS: 'the file system is mounted read-only: mount it for writing, or keep the store elsewhere',
  EACCES: 'this user may not write there: mend the permissions, or keep the store elsewhere',
  EPERM: 'this user may not write there: mend the permissions, or keep the store elsewhere',
  EMFILE: 'too many files are open in this process: raise the limit (ulimit -n)',
  ENFILE: 'too many files are open on this machine: raise the limit (fs.file-max)',
};

/** A write by somebody whose lease on the cell has moved on: too late, and of no use to whoever is at the cell now. */
export class LostLeaseError extends Error {
  override readonly name = 'LostLeaseError';
  readonly failure: FailureClass = 'preempted';
  readonly key: CellKey;

  constructor(key: CellKey) {
    super(
      `the lease on cell ${key.slice(0, 12)} was lost: another worker has taken it over, and this late write is refused`,
    );
    this.key = key;
  }
}

/** No blob of this digest is in the store. */
export class MissingBlobError extends Error {
  override readonly name = 'MissingBlobError';
  readonly failure: FailureClass = 'infrastructure';
  readonly digest: Digest;

  constructor(digest: Digest) {
    super(
      `blob ${digest} is not in the store: it was removed, moved aside as corrupt, or is of another store; ` +
        'run the cell that makes it again',
    );
    this.digest = digest;
  }
}

/** The bytes of a blob are not those that its digest names. */
export class CorruptBlobError extends Error {
  override readonly name = 'CorruptBlobError';
  readonly failure: FailureClass = 'infrastructure';
  readonly digest: Digest;
  /** Where the corrupt bytes lie now, where the store keeps files. */
  readonly quarantined: string | undefined;

  constructor(digest: Digest, quarantined?: string) {
    const moved = quarantined === undefined ? '' : ` (moved aside to ${quarantined})`;
    super(
      `blob ${digest} is corrupt: its bytes have another digest${moved}; its record was set aside, so run again to make it anew, and check the disk`,
    );
    this.digest = digest;
    this.quarantined = quarantined;
  }
}

const moveRecord = 'move the file away and run its cell again';

/** A record (of a cell or a run) lies in the store but cannot be read. */
export class CorruptRecordError extends Error {
  override readonly name = 'CorruptRecordError';
  readonly file: string;

  constructor(file: string, cause: unknown, remedy: string = moveRecord) {
    super(`${file} is no record this version can read: ${reasonOf(cause)}; ${remedy}`, { cause });
    this.file = file;
  }
}

/** A schema's findings on one line, without the schema's own words for them. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof z.ZodError)) return cause instanceof Error ? cause.message : String(cause);
  return cause.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join(', ');
}

/** The blob of a plan is gone or damaged. */
export class UnreadablePlanError extends Error {
  override readonly name = 'UnreadablePlanError';
  readonly digest: string;

  constructor(digest: string, cause: unknown) {
    super(`the plan of this run cannot be read (${reasonOf(cause)}); run its study again: it is planned anew`, {
      cause,
    });
    this.digest = digest;
  }
}

/** A record was to be published before one of its outputs was in the store. */
export class UnstoredOutputError extends Error {
  override readonly name = 'UnstoredOutputError';

  constructor(key: CellKey, output: string, digest: Digest) {
    super(`internal: record ${key} names output ${output} (blob ${digest}), which is not in the store`);
  }
}

/** The folder is no store, or one that this version cannot read. */
export class StoreFormatError extends Error {
  override readonly name = 'StoreFormatError';
}

/** A run, study or file name that is not safe as a file name. */
export class UnsafeNameError extends Error {
  override readonly name = 'UnsafeNameError';

  constructor(what: string, name: string, longest: number) {
    super(
      `${JSON.stringify(name)} cannot name a ${what}: use letters, digits, '.', '_' and '-', ` +
        `a letter or digit first, ${longest} at most`,
    );
  }
}

/** No such run. */
export class MissingRunError extends Error {
  override readonly name = 'MissingRunError';

  constructor(run: string) {
    super(`there is no run ${run} in this store: list its runs to see their names`);
  }
}

/** The bytes of an artifact are those its digest names, and still not what the reader asks for. */
export class ArtifactContentError extends Error {
  override readonly name = 'ArtifactContentError';
  readonly digest: Digest;

  constructor(digest: Digest, problem: string) {
    super(`artifact ${digest} is not what was expected of it: ${problem}`);
    this.digest = digest;
  }
}

/** A path in a tree that could leave it, or that cannot be kept. */
export class UnsafePathError extends Error {
  override readonly name = 'UnsafePathError';

  constructor(name: string, problem: string) {
    super(`${JSON.stringify(name)} cannot be a file of a tree: it ${problem}`);
  }
}
