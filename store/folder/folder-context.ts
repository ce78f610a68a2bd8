/** What the parts of a folder store know in common. */
import type { EnsureFolder } from './directory-sync.ts';
import type { Layout } from './layout.ts';
import type { PackFolder } from './packs/pack-folder.ts';
import type { TrashFolder } from './trash-folder.ts';
import type { VerifiedBlobs } from './verified-blobs.ts';

export interface FolderContext {
  readonly layout: Layout;
  readonly ensureFolder: EnsureFolder;
  /** The same for the folders that blobs and records are spread over. */
  readonly ensureShard: EnsureFolder;
  readonly verified: VerifiedBlobs;
  readonly trash: TrashFolder;
  readonly packs: PackFolder;
}
