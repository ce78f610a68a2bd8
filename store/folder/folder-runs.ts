/** Runs as folders: `run.json`, one event log per process in `events/`, and files that people open. */
import { mkdirSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { type Json, canonicalJson } from '../../schemas/json.ts';
import { type RunEvent, type RunRecord, runEventSchema, runRecordSchema } from '../../schemas/run.ts';
import { CorruptRecordError, MissingRunError } from '../errors.ts';
import { type EventPage, checkEvents, decodeCursor, encodeCursor, mergeByTime } from '../event-page.ts';
import { runFileName, safeName } from '../names.ts';
import type { RunStore } from '../store.ts';
import { syncDirectory } from './directory-sync.ts';
import { replaceFile } from './durable-file.ts';
import { eventWriter } from './event-writer.ts';
import type { FolderContext } from './folder-context.ts';
import { parseLine, readLines } from './line-file.ts';
import { systemCode, writingNow } from './write-error.ts';

export type FolderRuns = Omit<RunStore, 'events'> & {
  readonly events: (run: string, cursor?: string) => Promise<EventPage>;
};

export function folderRuns(context: FolderContext): FolderRuns {
  const { layout } = context;
  const append = eventWriter();
  return {
    createRun: record => createRun(context, record),
    run: async name => readRun(layout.run(name)),
    runs: () => allRuns(layout.runs),
    appendEvents: async (run, events) => {
      const folder = path.join(layout.run(run), 'events');
      await append(folder, checkEvents(events), async () => {
        await folderOf(context, run);
        await context.ensureFolder(folder);
      });
    },
    events: async (run, cursor) => readEvents(path.join(await folderOf(context, run), 'events'), cursor),
    logFolder: async run => {
      const folder = path.join(await folderOf(context, run), 'logs');
      await context.ensureFolder(folder);
      return folder;
    },
    writeRunFile: async (run, name, text) => {
      const file = path.join(await folderOf(context, run), runFileName(name));
      await context.ensureFolder(path.dirname(file));
      await replaceFile(layout.temporary, file, new TextEncoder().encode(text));
      return file;
    },
  };
}

/** The folder of a run that exists. */
async function folderOf({ layout }: FolderContext, run: string): Promise<string> {
  const folder = layout.run(run);
  if ((await readRun(folder)) === undefined) throw new MissingRunError(run);
  return folder;
}

async function createRun(context: FolderContext, record: Omit<RunRecord, 'run'>): Promise<RunRecord> {
  const { layout } = context;
  const study = safeName('study', record.study);
  await context.ensureFolder(layout.runs);
  for (let number = (await highestRun(layout.runs, study)) + 1; ; number += 1) {
    const run = `${study}-${number}`;
    const folder = layout.run(run);
    if (!makeUnlessTaken(folder)) continue;
    const named = runRecordSchema.parse({ ...record, run });
    await syncDirectory(layout.runs);
    await replaceFile(layout.temporary, path.join(folder, 'run.json'), encode(named));
    return named;
  }
}

function encode(record: RunRecord): Uint8Array {
  return new TextEncoder().encode(`${canonicalJson(record satisfies Json)}\n`);
}

async function highestRun(runs: string, study: string): Promise<number> {
  const numbers = (await readdir(runs)).map(name =>
    name.startsWith(`${study}-`) && /^\d+$/.test(name.slice(study.length + 1))
      ? Number(name.slice(study.length + 1))
      : 0,
  );
  return Math.max(0, ...numbers);
}

function makeUnlessTaken(folder: string): boolean {
  return writingNow(folder, () => {
    try {
      mkdirSync(folder);
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw error;
    }
  });
}

/** undefined where there is no run, or its maker died before it had a record. */
async function readRun(folder: string): Promise<RunRecord | undefined> {
  const file = path.join(folder, 'run.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return runRecordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new CorruptRecordError(file, error, 'move the folder of that run away: what it made stays in the store');
  }
}

async function allRuns(folder: string): Promise<RunRecord[]> {
  const names = await namesIn(folder);
  const records = await Promise.all(names.map(name => readRun(path.join(folder, name))));
  return records
    .filter(record => record !== undefined)
    .sort((a, b) => Date.parse(a.created) - Date.parse(b.created) || byNumber(a.run, b.run));
}

const byNumber = new Intl.Collator('en', { numeric: true }).compare;

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function readEvents(folder: string, cursor: string | undefined): Promise<EventPage> {
  const before = decodeCursor(cursor);
  const names = (await namesIn(folder)).filter(name => name.endsWith('.ndjson'));
  const logs = await Promise.all(
    names.map(async name => {
      const { lines, offset } = await readLines(path.join(folder, name), before[name] ?? 0);
      const parsed = lines.map(line => runEventSchema.safeParse(parseLine(line)).data);
      const events = parsed.filter((event): event is RunEvent => event !== undefined);
      return { name, offset, events, skipped: parsed.length - events.length };
    }),
  );
  return {
    events: mergeByTime(logs.map(({ events }) => events)),
    cursor: encodeCursor({ ...before, ...Object.fromEntries(logs.map(({ name, offset }) => [name, offset])) }),
    skipped: logs.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}
