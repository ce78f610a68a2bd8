/** Runs and their events in memory. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type RunEvent, type RunRecord, runRecordSchema } from '../../schemas/run.ts';
import { MissingRunError } from '../errors.ts';
import { type EventPage, checkEvents, decodeCursor, encodeCursor, mergeByTime } from '../event-page.ts';
import { runFileName, safeName } from '../names.ts';
import type { RunStore } from '../store.ts';

interface Run {
  readonly record: RunRecord;
  readonly events: RunEvent[];
  readonly files: Map<string, string>;
  /** Programs can only write to a folder. */
  logs: string | undefined;
}

export type MemoryRuns = Omit<RunStore, 'events'> & {
  readonly events: (run: string, cursor?: string) => Promise<EventPage>;
};

export function memoryRuns(): MemoryRuns {
  const runs = new Map<string, Run>();
  const find = (name: string) => {
    const run = runs.get(safeName('run', name));
    if (run === undefined) throw new MissingRunError(name);
    return run;
  };
  return {
    createRun: async record => {
      const study = safeName('study', record.study);
      let number = 1;
      while (runs.has(`${study}-${number}`)) number += 1;
      const named = runRecordSchema.parse({ ...record, run: `${study}-${number}` });
      runs.set(named.run, { record: named, events: [], files: new Map(), logs: undefined });
      return structuredClone(named);
    },
    run: async name => structuredClone(runs.get(safeName('run', name))?.record),
    runs: async () =>
      [...runs.values()]
        .map(({ record }) => structuredClone(record))
        .sort((a, b) => Date.parse(a.created) - Date.parse(b.created)),
    appendEvents: async (name, events) => {
      find(name).events.push(...checkEvents(events));
    },
    events: async (name, cursor) => {
      const { events } = find(name);
      const offset = decodeCursor(cursor)['memory'] ?? 0;
      return {
        events: mergeByTime([structuredClone(events.slice(offset))]),
        cursor: encodeCursor({ memory: events.length }),
        skipped: 0,
      };
    },
    logFolder: async name => {
      const run = find(name);
      run.logs ??= mkdtempSync(path.join(tmpdir(), 'espalier-logs-'));
      return run.logs;
    },
    writeRunFile: async (name, file, text) => {
      find(name).files.set(runFileName(file), text);
      return `${name}/${file}`;
    },
  };
}
