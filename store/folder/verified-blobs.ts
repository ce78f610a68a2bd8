/** Which blobs this process has hashed, or written itself, and the files they were then: a file that is the same is not read again. */
import { statSync } from 'node:fs';
import type { Digest } from '../../schemas/identity.ts';

export interface VerifiedBlobs {
  /** The file as it is now; undefined where there is none. */
  readonly look: (file: string) => FileMark | undefined;
  readonly knows: (digest: Digest, mark: FileMark) => boolean;
  readonly remember: (digest: Digest, mark: FileMark) => void;
}

/** What changes when somebody writes to a file or puts another in its place. */
export interface FileMark {
  readonly size: number;
  readonly modified: number;
  readonly inode: number;
}

/** Some megabytes at most; the oldest are forgotten first. */
const remembered = 50_000;

export function verifiedBlobs(): VerifiedBlobs {
  const marks = new Map<Digest, FileMark>();
  return {
    look: file => {
      const found = statSync(file, { throwIfNoEntry: false });
      return found === undefined ? undefined : { size: found.size, modified: found.mtimeMs, inode: found.ino };
    },
    knows: (digest, { size, modified, inode }) => {
      const known = marks.get(digest);
      return known !== undefined && known.size === size && known.modified === modified && known.inode === inode;
    },
    remember: (digest, mark) => {
      marks.set(digest, mark);
      const oldest = marks.keys().next();
      if (marks.size > remembered && !oldest.done) marks.delete(oldest.value);
    },
  };
}
