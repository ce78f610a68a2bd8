/** The built command line as a user starts it, and the processes that stand behind one home. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

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
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

export interface Started {
  readonly child: ChildProcess;
  /** Resolves with the exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
  readonly printed: () => string;
  readonly errors: () => string;
}

/** Starts `espalier …` with its output in files of the home, so that nothing blocks on a pipe. */
export function start(home: string, args: readonly string[]): Started {
  const [out, errors] = [path.join(home, 'stress.out'), path.join(home, 'stress.err')];
  const child = spawn(process.execPath, [path.join(root, 'dist', 'espalier.js'), ...args, '--home', home], {
    cwd: root,
    stdio: ['ignore', openSync(out, 'w'), openSync(errors, 'a')],
  });
  const ended = new Promise<number | null>(resolve => void child.on('exit', code => resolve(code)));
  return { child, ended, printed: () => readFileSync(out, 'utf8'), errors: () => readFileSync(errors, 'utf8') };
}

export type Part = 'command line' | 'worker' | 'compute' | 'server' | 'supervisor';

/** Processes of this home by what they are. */
export function processesOf(home: string, commandLine: number | undefined): { pid: number; part: Part }[] {
  const listed = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const all = listed.flatMap(line => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match === null ? [] : [{ pid: Number(match[1]), parent: Number(match[2]), args: match[3] ?? '' }];
  });
  const worker = all.find(({ args }) => args.includes('/worker.js ') && args.includes(home));
  const server = all.find(({ args }) => args.includes('start-dev') && args.includes(home));
  const compute = all.filter(({ parent, args }) => parent === worker?.pid && args.includes('/compute.js'));
  const supervisor = all.find(({ pid }) => pid === server?.parent && pid > 1);
  return [
    ...(commandLine === undefined ? [] : [{ pid: commandLine, part: 'command line' as const }]),
    ...(worker === undefined ? [] : [{ pid: worker.pid, part: 'worker' as const }]),
    ...compute.map(({ pid }) => ({ pid, part: 'compute' as const })),
    ...(server === undefined ? [] : [{ pid: server.pid, part: 'server' as const }]),
    ...(supervisor === undefined ? [] : [{ pid: supervisor.pid, part: 'supervisor' as const }]),
  ];
}
