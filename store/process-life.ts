/**
 * Whether a process that once held something is gone. A process id alone proves nothing: ids are given again, and mean
 * something else in another container. So a mark says which boot, which process namespace and which start it was.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessMark } from '../schemas/process-mark.ts';

/** `elsewhere`: of another host, boot or container, so that nobody here can ask. */
export type ProcessState = 'alive' | 'dead' | 'elsewhere';

/** The mark of a process: by default this one. For a process of another host it is host and id alone. */
export function markProcess(pid: number = process.pid, host: string = hostname()): ProcessMark {
  if (host !== hostname()) return { host, pid };
  const { boot, namespace } = thisSystem();
  const start = lookUp(pid)?.start;
  return {
    host,
    pid,
    ...(boot === undefined ? {} : { boot }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(start === undefined ? {} : { start }),
  };
}

/** The mark of a process of this machine; undefined where none has this id. A child that nobody waited for has one. */
export function findProcess(pid: number): ProcessMark | undefined {
  return lookUp(pid) === undefined && !answersSignals(pid) ? undefined : markProcess(pid);
}

export function processState(mark: ProcessMark): ProcessState {
  if (!canBeAsked(mark)) return 'elsewhere';
  return isGone(mark) ? 'dead' : 'alive';
}

/** Whether this process can tell if that one lives: same host, same boot, same container. */
export function canBeAsked(mark: ProcessMark): boolean {
  const { boot, namespace } = thisSystem();
  return mark.host === hostname() && mark.boot === boot && mark.namespace === namespace;
}

/** True only where it is certain: a process that cannot be asked about counts as living. */
export function isGone(mark: ProcessMark): boolean {
  if (!canBeAsked(mark)) return false;
  if (!answersSignals(mark.pid)) return true;
  const seen = lookUp(mark.pid);
  // A zombie answers signals until its parent reaps it, which some containers' first process never does.
  if (seen?.ended === true) return true;
  // Alive, but is it the same one? Only a start time that was known then and is known now can say no.
  return mark.start !== undefined && seen !== undefined && mark.start !== seen.start;
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

interface SeenProcess {
  /** As the system counts it: only ever compared for equality. */
  readonly start: string;
  /** A zombie: it has ended, and only its id is still taken. */
  readonly ended: boolean;
}

/** Nothing where there is no such process, or where the system does not tell. */
function lookUp(pid: number): SeenProcess | undefined {
  return process.platform === 'linux' ? lookUpInProc(pid) : lookUpByPs(pid);
}

/** Fields 3 and 22 of /proc/PID/stat (proc(5)); the command name before them may hold spaces and parentheses. */
function lookUpInProc(pid: number): SeenProcess | undefined {
  const text = readOrUndefined(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields?.[0], fields?.[19]];
  return state === undefined || start === undefined ? undefined : { start, ended: state === 'Z' || state === 'X' };
}

/** Where there is no /proc (macOS). `ps` exits with 1 when there is no such process. */
function lookUpByPs(pid: number): SeenProcess | undefined {
  const line = readOrUndefined(() =>
    execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }),
  );
  const [state = '', ...start] = line?.trim().split(/\s+/) ?? [];
  return state === '' ? undefined : { start: start.join(' '), ended: state.startsWith('Z') };
}

let system: { readonly boot: string | undefined; readonly namespace: string | undefined } | undefined;

function thisSystem() {
  system ??= {
    boot: readOrUndefined(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    // `pid:[4026531836]`: the number tells containers apart.
    namespace: readOrUndefined(() => /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''),
  };
  return system;
}

/** Not every system has /proc, and not every container shows all of it. */
function readOrUndefined(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
