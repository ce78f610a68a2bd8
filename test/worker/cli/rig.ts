/** The built command line as its users run it: a process with its own home, its output read whole. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { allCells } from '../../../activities/open-run.ts';
import { createPlanReader } from '../../../activities/plan-reader.ts';
import { type PlanCell, cellName } from '../../../schemas/plan.ts';
import type { RunEvent } from '../../../schemas/run.ts';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import { entryPoint } from '../../../worker/entry-points.ts';
import { homeOf } from '../../../worker/home.ts';
import { eventually, temporaryFolder, temporaryHome } from '../server/rig.ts';

export interface Finished {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface StartedCommand {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** What it has said so far. */
  readonly said: () => string;
}

const started = new Set<ChildProcess>();

/** A home, and a study in a file beside it. */
export interface Project {
  readonly home: string;
  readonly study: string;
}

export function newProject(study: string): Project {
  const file = path.join(temporaryFolder(), 'study.yaml');
  writeFileSync(file, study);
  return { home: temporaryHome(), study: file };
}

export interface CommandOptions {
  readonly home?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** Another build's command line. */
  readonly program?: string;
  /** Numerical id of another user that it runs as, where this one is root. */
  readonly user?: number | undefined;
}

/** Starts `espalier …`, outside any terminal, with nothing of this machine's own settings. */
export function startEspalier(words: readonly string[], options: CommandOptions = {}): StartedCommand {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(ESPALIER_(?!CACHE)|TEMPORAL_|NODE_|VITEST|FORCE_COLOR|NO_COLOR|CI$)/.test(name),
  );
  const child = spawn(process.execPath, [options.program ?? entryPoint('espalier'), ...words], {
    cwd: options.folder ?? temporaryFolder(),
    env: {
      ...Object.fromEntries(own),
      ESPALIER_SLOTS: '2',
      ESPALIER_BACKEND: 'cpu',
      ...(options.home === undefined ? {} : { ESPALIER_HOME: options.home }),
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.user === undefined ? {} : { uid: options.user, gid: options.user }),
  });
  started.add(child);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const finished = new Promise<Finished>(resolve =>
    child.once('close', code => {
      started.delete(child);
      resolve({ code, out, err });
    }),
  );
  return { child, finished, said: () => err };
}

export async function espalier(words: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  return startEspalier(words, options).finished;
}

/** The one JSON value that a command printed. */
export async function espalierJson(words: readonly string[], options: CommandOptions = {}) {
  const { code, out, err } = await espalier([...words, '--json'], options);
  try {
    const value: unknown = JSON.parse(out);
    return { code, value, err };
  } catch {
    throw new Error(`no JSON on stdout, exit code ${code}: ${out}\n${err}`);
  }
}

/** Ends commands that a failed test left. */
export function endCommands(): void {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
}

/** `espalier up`, once it serves. */
export async function keepUp(home: string, options: CommandOptions = {}): Promise<StartedCommand> {
  const command = startEspalier(['up'], { ...options, home });
  await eventually(() => command.said().includes('up: server'), 30_000);
  return command;
}

export interface RunLog {
  readonly cells: readonly PlanCell[];
  readonly events: readonly RunEvent[];
  readonly nameOf: (cell: number) => string;
}

export async function readLog(home: string, run: string): Promise<RunLog> {
  const store = await openFolderStore(homeOf(home).store);
  const record = (await store.run(run))!;
  const plans = createPlanReader(store);
  const cells = await allCells(plans, record.plan, await plans.head(record.plan));
  const names = cells.map(cell => cellName(cell.step, cell.at));
  return { cells, events: (await store.events(run)).events, nameOf: cell => names[cell]! };
}

/** Names of the cells that a run made, in the order of the plan. */
export async function madeBy(home: string, run: string): Promise<string[]> {
  const { events, nameOf } = await readLog(home, run);
  const made = events.flatMap(event => (event.event === 'cell-ended' && event.state === 'done' ? [event.cell] : []));
  return [...new Set(made)].toSorted((a, b) => a - b).map(nameOf);
}

/** Waits until so many cells of a run have ended. */
export async function endedCells(home: string, run: string, cells: number): Promise<void> {
  await logged(home, run, events => events.filter(({ event }) => event === 'cell-ended').length >= cells);
}

/** Waits until a cell of a run is at work. */
export async function cellAtWork(home: string, run: string): Promise<void> {
  await logged(home, run, events => events.some(({ event }) => event === 'cell-progress'));
}

async function logged(home: string, run: string, holds: (events: readonly RunEvent[]) => boolean): Promise<void> {
  await eventually(async () => {
    try {
      return holds((await readLog(home, run)).events);
    } catch {
      // The run does not exist yet.
      return false;
    }
  }, 60_000);
}

/** Ids of the processes that a process started, whose command line names `program`. Linux only. */
export function childrenOf(parent: number, program: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(ppid) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program);
      } catch {
        // It ended meanwhile.
        return false;
      }
    })
    .map(Number);
}
