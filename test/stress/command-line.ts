/** The built command line as a user starts it, and the processes that stand behind one home; for stress and benchmarks. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const program = path.join(root, 'dist', 'espalier.js');

export interface RunResult {
  readonly run: string;
  readonly state: string;
  readonly cells: number;
  readonly executed: number;
  readonly cached: number;
  readonly failed: number;
  readonly blocked: number;
  readonly seconds: number;
}

export function temporaryHome(): { readonly home: string; readonly remove: () => void } {
  const home = mkdtempSync(path.join(tmpdir(), 'espalier-stress-'));
  return { home, remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A home of its own, removed at the end. */
export async function withHome(use: (home: string) => Promise<void>): Promise<void> {
  const { home, remove } = temporaryHome();
  try {
    await use(home);
  } finally {
    remove();
  }
}

/** Runs `espalier … --json` to its end; an exit code other than 0 is an error. */
export async function espalier(home: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args, '--home', home, '--json'], {
    cwd: root,
    maxBuffer: 1e9,
  });
  return JSON.parse(stdout);
}

/** Keeps server and worker up meanwhile; passes the server's address. */
export async function whileUp(home: string, use: (address: string) => Promise<void>): Promise<void> {
  const up = spawn(process.execPath, [program, 'up', '--json', '--home', home], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const isUp = new Promise<string>((resolve, reject) => {
    up.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      const address = /"address": "([^"]+)"/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    up.on('exit', code => reject(new Error(`espalier up ended with ${code}`)));
  });
  try {
    const address = await isUp;
    // The worker's first polls are on their way when it says that it is ready.
    await sleep(2000);
    await use(address);
  } finally {
    const gone = new Promise(resolve => up.on('exit', resolve));
    up.kill('SIGTERM');
    await gone;
  }
}

export interface Started {
  readonly child: ChildProcess;
  /** Resolves with the exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
  readonly printed: () => string;
  readonly errors: () => string;
}

export interface StartOptions {
  /** Files of its output, `NAME.out` and `NAME.err` in the home. */
  readonly name?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts `espalier …` with its output in files of the home, so that nothing blocks on a pipe. */
export function start(home: string, args: readonly string[], options: StartOptions = {}): Started {
  const { name = 'stress', environment = {} } = options;
  const [out, errors] = [path.join(home, `${name}.out`), path.join(home, `${name}.err`)];
  const child = spawn(process.execPath, [program, ...args, '--home', home], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', openSync(out, 'w'), openSync(errors, 'a')],
  });
  const ended = new Promise<number | null>(resolve => void child.on('exit', code => resolve(code)));
  return { child, ended, printed: () => readFileSync(out, 'utf8'), errors: () => readFileSync(errors, 'utf8') };
}

export type Part = 'command line' | 'worker' | 'compute process' | 'server' | 'supervisor';

interface Listed {
  readonly pid: number;
  readonly parent: number;
  readonly args: string;
}

function allProcesses(): Listed[] {
  const listed = execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return listed.flatMap(line => {
    const [, pid, parent, state = '', args = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    // A zombie is gone: only nobody has asked yet how it ended.
    return pid === undefined || state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), args }];
  });
}

/** Processes of this home by what they are. */
export function processesOf(home: string, commandLine: number | undefined): { pid: number; part: Part }[] {
  const all = allProcesses();
  const worker = all.find(({ args }) => args.includes('/worker.js ') && args.includes(home));
  const server = all.find(({ args }) => args.includes('start-dev') && args.includes(home));
  const compute = all.filter(({ parent, args }) => parent === worker?.pid && args.includes('/compute.js'));
  const supervisor = all.find(({ pid }) => pid === server?.parent && pid > 1);
  return [
    ...(commandLine === undefined ? [] : [{ pid: commandLine, part: 'command line' as const }]),
    ...(worker === undefined ? [] : [{ pid: worker.pid, part: 'worker' as const }]),
    ...compute.map(({ pid }) => ({ pid, part: 'compute process' as const })),
    ...(server === undefined ? [] : [{ pid: server.pid, part: 'server' as const }]),
    ...(supervisor === undefined ? [] : [{ pid: supervisor.pid, part: 'supervisor' as const }]),
  ];
}

/** What names this home on its command line, whatever it is. */
export function processesNaming(home: string): string[] {
  return allProcesses().flatMap(({ pid, args }) => (args.includes(home) ? [`${pid} ${args}`] : []));
}
