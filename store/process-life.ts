/**
 * Whether a process that once held something is gone. A process id alone proves nothing: ids are given again, and mean
 * something else in another container. So a mark says which boot, which process namespace and which start it was.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessMark } from '../schemas/process-mark.ts';

/** The mark of a process: by default this one. For a process of another host it is host and id alone. */
export function markProcess(pid: number = process.pid, host: string = hostname()): ProcessMark {
  if (host !== hostname()) return { host, pid };
  const { boot, namespace } = thisSystem();
  const start = statOf(pid)?.start;
  return {
    host,
    pid,
    ...(boot === undefined ? {} : { boot }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(start === undefined ? {} : { start }),
  };
}

/** Whether this process can tell if that one lives: same host, same boot, same container. */
export function canBeAsked(mark: ProcessMark): boolean {
  const { boot, namespace } = thisSystem();
  return mark.host === hostname() && mark.boot === boot && mark.namespace === namespace;
}

/** True only where it is certain: a process that cannot be asked about counts as living. */
export function isGone(mark: ProcessMark): boolean {
  if (!canBeAsked(mark)) return false;
  if (!isAlive(mark.pid)) return true;
  const stat = statOf(mark.pid);
  // A zombie answers signals until its parent reaps it, which some containers' first process never does.
  if (stat?.state === 'Z' || stat?.state === 'X') return true;
  // Alive, but is it the same one? Only a start time that was known then and is known now can say no.
  return mark.start !== undefined && stat !== undefined && mark.start !== stat.start;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** Fields 3 and 22 of /proc/PID/stat (proc(5)); the command name before them may hold spaces and parentheses. */
function statOf(pid: number): { readonly state: string; readonly start: string } | undefined {
  const text = readOrUndefined(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields?.[0], fields?.[19]];
  return state === undefined || start === undefined ? undefined : { state, start };
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
