/** Notes of nondeterminism in memory. */
import { type Nondeterminism, nondeterminismSchema } from '../../schemas/nondeterminism.ts';
import { noteName } from '../note-name.ts';
import type { NoteStore } from '../store.ts';

export function memoryNotes(): NoteStore {
  const notes = new Map<string, Nondeterminism>();
  return {
    noteNondeterminism: async note => {
      const checked = nondeterminismSchema.parse(structuredClone(note));
      if (!notes.has(noteName(checked))) notes.set(noteName(checked), checked);
    },
    nondeterminism: async () =>
      structuredClone([...notes.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))),
  };
}
