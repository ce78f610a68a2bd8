/** Which process somebody is: told apart from a later process with the same number, and from one on another machine. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';
import { z } from 'zod';

export const processIdentitySchema = z.object({
  /** Machine (and, on Linux, boot and pid namespace) in which `pid` means something. */
  scope: z.string(),
  pid: z.number().int().positive(),
  /** When it started, as the system counts it: only ever compared for equality. */
  started: z.string(),
});

export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** `elsewhere`: it belongs to another machine or container, so that nobody here can ask. */
export type ProcessState = 'alive' | 'dead' | 'elsewhere';

/**
 * The identity of a process of this machine; undefined when there is none with this number. A child that has ended but
 * was not waited for still has one.
 */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const seen = lookUp(pid);
  return seen === undefined ? undefined : { scope: ownScope(), pid, started: seen.started };
}

/** The identity of the calling process. */
export function ownIdentity(): ProcessIdentity {
  const identity = identifyProcess(process.pid);
  if (identity === undefined) throw new Error('internal: this process cannot find its own start time');
  return identity;
}

export function processState(identity: ProcessIdentity): ProcessState {
  if (identity.scope !== ownScope()) return 'elsewhere';
  const seen = lookUp(identity.pid);
  return seen?.started === identity.started && !seen.ended ? 'alive' : 'dead';
}

/**
 * Sends a signal to the process, or with `group` to all of the process group that it leads. Does nothing, and says
 * false, when the process is gone or its number belongs to another one by now.
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals, group: 'group' | 'alone'): boolean {
  if (processState(identity) !== 'alive') return false;
  try {
    process.kill(group === 'group' ? -identity.pid : identity.pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

let scope: string | undefined;

function ownScope(): string {
  scope ??= process.platform === 'linux' ? `${hostname()} ${linuxScope()}` : hostname();
  return scope;
}

function linuxScope(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
}

interface SeenProcess {
  readonly started: string;
  /** A zombie: it has ended, and only its number is still taken. */
  readonly ended: boolean;
}

function lookUp(pid: number): SeenProcess | undefined {
  return process.platform === 'linux' ? lookUpInProc(pid) : lookUpByPs(pid);
}

/** Fields 3 and 22 of /proc/<pid>/stat: the state, and the start in clock ticks since boot. */
function lookUpInProc(pid: number): SeenProcess | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the command in parentheses, which may itself hold spaces and parentheses.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = rest[18];
  return started === undefined ? undefined : { started, ended: state === 'Z' || state === 'X' };
}

function lookUpByPs(pid: number): SeenProcess | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
    const [state, ...started] = line.split(/\s+/);
    return state === undefined || state === ''
      ? undefined
      : { started: started.join(' '), ended: state.startsWith('Z') };
  } catch {
    // `ps` exits with 1 when there is no such process.
    return undefined;
  }
}
