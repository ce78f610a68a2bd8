/** Processes of one home: found, measured, and ended as a power cut would end them. */
import { readFileSync, readdirSync } from 'node:fs';

interface HomeProcess {
  readonly pid: number;
  /** `command`, `worker`, `compute`, `supervisor` or `server`. */
  readonly role: string;
}

const roles: readonly (readonly [RegExp, string])[] = [
  [/\/dist\/worker\.js\0/, 'worker'],
  [/\/dist\/compute\.js\0/, 'compute'],
  [/\/dist\/server-supervisor\.js\0/, 'supervisor'],
  [/\/dist\/espalier\.js\0/, 'command'],
  [/\0server\0start-dev\0/, 'server'],
];

/** Those whose arguments name the home. */
function processesOf(home: string): HomeProcess[] {
  return readdirSync('/proc').flatMap(name => {
    const pid = Number(name);
    const line = Number.isInteger(pid) && pid !== process.pid ? readOrNothing(`/proc/${name}/cmdline`) : '';
    const role = line.includes(home) ? roles.find(([pattern]) => pattern.test(line))?.[1] : undefined;
    return role === undefined ? [] : [{ pid, role }];
  });
}

/** Megabytes that each role's largest process has had in memory at most. */
export function peakMegabytes(home: string): ReadonlyMap<string, number> {
  const peaks = new Map<string, number>();
  for (const { pid, role } of processesOf(home)) {
    const kilobytes = Number(/VmHWM:\s+(\d+)/.exec(readOrNothing(`/proc/${pid}/status`))?.[1] ?? 0);
    peaks.set(role, Math.max(peaks.get(role) ?? 0, Math.round(kilobytes / 1024)));
  }
  return peaks;
}

/** kill -9 of all of them, until none is left: a supervisor may have started another server meanwhile. */
export function killAll(home: string): void {
  for (let left = processesOf(home); left.length > 0; left = processesOf(home)) {
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
