/** What must hold of a run after everything that was done to it, read from its store and the list of processes. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allCells } from '../../activities/open-run.ts';
import { createPlanReader } from '../../activities/plan-reader.ts';
import type { CellRecord } from '../../schemas/cell-record.ts';
import { cellKeySchema } from '../../schemas/identity.ts';
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import { type RunEvent, type RunRecord, runEventSchema } from '../../schemas/run.ts';
import { type FolderStore, openFolderStore } from '../../store/folder/open-folder-store.ts';
import { layoutOf } from '../../store/folder/layout.ts';
import { cleanTemporaryFiles } from '../../store/folder/temporary-files.ts';
import { homeOf } from '../../worker/home.ts';
import { processesNaming } from './command-line.ts';
import { type ProcessFaults, faultsOf } from './failing-process.ts';

export interface ReadRun {
  readonly store: FolderStore;
  readonly run: RunRecord;
  readonly cells: readonly PlanCell[];
}

/** The latest run of a home, if there is one yet. */
export async function latestRun(home: string): Promise<ReadRun | undefined> {
  const store = await openFolderStore(homeOf(home).store);
  const run = (await store.runs()).at(-1);
  if (run === undefined) return undefined;
  const plans = createPlanReader(store);
  return { store, run, cells: await allCells(plans, run.plan, await plans.head(run.plan)) };
}

export interface Findings {
  /** Digests of every output, by cell and port. */
  readonly digests: Readonly<Record<string, string>>;
  /** Everything that should not be, in words. */
  readonly wrongs: readonly string[];
  readonly events: readonly RunEvent[];
}

export async function findings(home: string): Promise<Findings> {
  const read = await latestRun(home);
  if (read === undefined) throw new Error('there is no run');
  const { store, run, cells } = read;
  const { skipped } = await store.events(run.run);
  const events = eventsByTrueTime(home, run.run);
  const digests: Record<string, string> = {};
  const wrongs: string[] = skipped === 0 ? [] : [`${skipped} lines of the event logs cannot be read`];
  const begun = startsByCell(events);
  for (const cell of cells) {
    const name = cellName(cell.step, cell.at);
    const record = await store.record(cell.key, run.run);
    if (record === undefined) {
      wrongs.push(`${name} has no record`);
      continue;
    }
    for (const [output, { digest }] of Object.entries(record.outputs)) digests[`${name}.${output}`] = digest;
    wrongs.push(
      ...(await damagedOutputs(store, name, record)),
      ...lackingInputs(name, record),
      ...startsAfterPublication(home, cell, begun.get(cell.index) ?? []),
    );
  }
  return { digests, wrongs: [...wrongs, ...(await heldLeases(home, store)), ...(await leftFiles(home))], events };
}

/** What each process logged, with the times that a right clock would have told: some clocks were made to jump. */
function eventsByTrueTime(home: string, run: string): RunEvent[] {
  const folder = path.join(layoutOf(homeOf(home).store).run(run), 'events');
  const events = readdirSync(folder).flatMap(name => {
    const faults = faultsOf(home, Number(/-(\d+)-[0-9a-f]+\.ndjson$/.exec(name)?.[1]));
    const lines = readFileSync(path.join(folder, name), 'utf8').split('\n');
    return lines.flatMap(line => {
      const event = runEventSchema.safeParse(parsed(line)).data;
      return event === undefined ? [] : [{ ...event, at: trueTime(event.at, faults) }];
    });
  });
  return events.toSorted((a, b) => a.at.localeCompare(b.at));
}

/** A line that a killed process cut short is none. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Jumps are by hours and runs take minutes: a time that is possible only with a jump was told after it. */
function trueTime(at: string, { jumps }: ProcessFaults): string {
  for (const [index, jump] of jumps.entries()) {
    const shifted = Date.parse(at) - jump.milliseconds;
    if (shifted >= jump.at && shifted <= (jumps[index + 1]?.at ?? Date.now()) + lookMilliseconds) {
      return new Date(shifted).toISOString();
    }
  }
  return at;
}

/** A process looks every so often whether its clock was set. */
const lookMilliseconds = 100;

function startsByCell(events: readonly RunEvent[]): ReadonlyMap<number, string[]> {
  const starts = new Map<number, string[]>();
  for (const event of events) {
    if (event.event === 'cell-started') starts.set(event.cell, [...(starts.get(event.cell) ?? []), event.at]);
  }
  return starts;
}

async function damagedOutputs(store: FolderStore, name: string, { outputs }: CellRecord): Promise<string[]> {
  const wrongs: string[] = [];
  for (const [output, { digest }] of Object.entries(outputs)) {
    await store
      .get(digest, { verify: true })
      .catch((error: unknown) => wrongs.push(`${name}.${output}: ${String(error)}`));
  }
  return wrongs;
}

/** Every cell ends well in these studies, so that nothing may lack an input. */
function lackingInputs(name: string, { inputs }: CellRecord): string[] {
  const missing = Object.values(inputs).flatMap(input => input.missing);
  return missing.length === 0 ? [] : [`${name} was made without ${missing.length} of its inputs`];
}

/** File times are those of the last tick of the kernel's clock, so a cell of few milliseconds may seem to begin after its end. */
const fileClockMilliseconds = 20;

/** The record's file is linked into place once and never touched again: its time is that of publication. */
function startsAfterPublication(home: string, cell: PlanCell, starts: readonly string[]): string[] {
  if (starts.length === 0) return [];
  const file = statSync(layoutOf(homeOf(home).store).record(cell.key), { throwIfNoEntry: false });
  // Its outputs were found damaged a moment ago, which is said; the record went with them.
  if (file === undefined) return [];
  const published = file.mtimeMs + fileClockMilliseconds;
  return starts
    .filter(at => Date.parse(at) > published)
    .map(at => `${cellName(cell.step, cell.at)} was begun at ${at}, after it was published`);
}

/** Nobody is at work any more, so that every lease must be to be had. */
async function heldLeases(home: string, store: FolderStore): Promise<string[]> {
  // Light work takes no lease, so that there may be no such folder.
  const folder = path.join(layoutOf(homeOf(home).store).root, 'work');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const keys = names.flatMap(name => cellKeySchema.safeParse(name).data ?? []);
  const wrongs: string[] = [];
  for (const key of keys) {
    const lease = await store.acquireLease(key, { host: 'stress', pid: process.pid, purpose: 'looking' }, 1);
    if (lease.held) await lease.release();
    else wrongs.push(`the lease of ${key} is held by ${lease.owner.purpose}`);
  }
  return wrongs;
}

const hour = 3_600_000;

/** Files of dead processes are cleaned an hour after their last write: whatever that would not remove is left for ever. */
async function leftFiles(home: string): Promise<string[]> {
  const { temporary } = layoutOf(homeOf(home).store);
  await cleanTemporaryFiles(temporary, Date.now() + 2 * hour);
  return readdirSync(temporary).map(name => `the temporary file ${name} is left`);
}

/** After the command has ended, its worker and server end too; nothing of this home may be left after the grace time. */
export async function leftProcesses(home: string, graceSeconds: number): Promise<string[]> {
  const end = Date.now() + 1000 * graceSeconds;
  for (;;) {
    const left = processesNaming(home);
    if (left.length === 0 || Date.now() > end) return left;
    await sleep(200);
  }
}
