/** Artifacts: immutable objects in the store, named by their digest. */
import { z } from 'zod';
import { digestSchema } from './identity.ts';

/** `table` is Arrow IPC, `weights` safetensors, `tree` a directory manifest, `json` canonical JSON text. */
export const artifactKindSchema = z.enum(['table', 'weights', 'tree', 'json']);
export type ArtifactKind = z.output<typeof artifactKindSchema>;

/** What a record says of one artifact: enough to find it, check it and show its size. */
export const artifactSchema = z.strictObject({
  kind: artifactKindSchema,
  digest: digestSchema,
  /** Length in bytes; of a tree, of all its files. */
  bytes: z.int().nonnegative(),
  /** Rows, of a table. */
  rows: z.int().nonnegative().optional(),
});
export type Artifact = z.output<typeof artifactSchema>;

/** A `tree`: files by path (forward slashes, relative, sorted), each a blob of the store. */
export const treeSchema = z.strictObject({
  files: z.array(z.strictObject({ path: z.string().min(1), digest: digestSchema, bytes: z.int().nonnegative() })),
});
export type Tree = z.output<typeof treeSchema>;
