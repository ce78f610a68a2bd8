/** Where in its folder a store keeps each thing. Names with a digest or key are spread over 256 shards. */
import path from 'node:path';
import type { CellKey, Digest } from '../../schemas/identity.ts';
import { safeName } from '../names.ts';

export interface Layout {
  readonly root: string;
  readonly format: string;
  readonly temporary: string;
  readonly quarantine: string;
  readonly blobs: string;
  readonly records: string;
  readonly contents: string;
  readonly packs: string;
  readonly runs: string;
  readonly nondeterminism: string;
  readonly trash: string;
  readonly pins: string;
  readonly blob: (digest: Digest) => string;
  readonly record: (key: CellKey) => string;
  /** The record of that content key: a hard link of a record's file. */
  readonly content: (contentKey: CellKey) => string;
  readonly works: string;
  /** Folder of the work at a cell. */
  readonly work: (key: CellKey) => string;
  /** Folder of a run; an `UnsafeNameError` for a name that is no run's. */
  readonly run: (run: string) => string;
  /** Folder of the records that run published as partial. */
  readonly partial: (run: string) => string;
}

/** The entries a store may have in its folder; with any other one and without a format file it is no store. */
export const topLevelNames = [
  'format.json',
  'blobs',
  'records',
  'contents',
  'packs',
  'work',
  'runs',
  'temp',
  'quarantine',
  'nondeterminism',
  'trash',
  'pins',
] as const;

export function layoutOf(root: string): Layout {
  const at = (...parts: string[]) => path.join(root, ...parts);
  const run = (name: string) => at('runs', safeName('run', name));
  return {
    root,
    format: at('format.json'),
    temporary: at('temp'),
    quarantine: at('quarantine'),
    blobs: at('blobs'),
    records: at('records'),
    contents: at('contents'),
    packs: at('packs'),
    runs: at('runs'),
    nondeterminism: at('nondeterminism'),
    trash: at('trash'),
    pins: at('pins'),
    blob: digest => at('blobs', digest.slice(0, 2), digest),
    record: key => at('records', key.slice(0, 2), `${key}.json`),
    content: key => at('contents', key.slice(0, 2), `${key}.json`),
    works: at('work'),
    work: key => at('work', key),
    run,
    partial: name => path.join(run(name), 'partial'),
  };
}
