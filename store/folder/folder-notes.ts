/** Notes of nondeterminism as files of `nondeterminism/`. */
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { canonicalJson } from '../../schemas/json.ts';
import { type Nondeterminism, nondeterminismSchema } from '../../schemas/nondeterminism.ts';
import { CorruptRecordError } from '../errors.ts';
import { noteName } from '../note-name.ts';
import type { NoteStore } from '../store.ts';
import { replaceFile } from './durable-file.ts';
import type { FolderContext } from './folder-context.ts';
import { systemCode } from './write-error.ts';

export function folderNotes({ layout, ensureFolder }: FolderContext): NoteStore {
  return {
    noteNondeterminism: async note => {
      const checked = nondeterminismSchema.parse(note);
      const file = path.join(layout.nondeterminism, `${noteName(checked)}.json`);
      if (existsSync(file)) return;
      await ensureFolder(layout.nondeterminism);
      await replaceFile(layout.temporary, file, new TextEncoder().encode(`${canonicalJson(checked)}\n`));
    },
    nondeterminism: async () => {
      const names = await namesIn(layout.nondeterminism);
      const notes = await Promise.all(names.map(name => readNote(path.join(layout.nondeterminism, name))));
      return notes.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    },
  };
}

async function readNote(file: string): Promise<Nondeterminism> {
  try {
    return nondeterminismSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new CorruptRecordError(file, error);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
