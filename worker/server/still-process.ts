/** Tells a process that does nothing from one that is only slow. */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const lookMilliseconds = 100;

/**
 * Resolves once the process was found still at every look for that long; never where the system does not tell
 * (/proc is Linux's). Rejects when called off.
 */
export async function untilStill(pid: number, milliseconds: number, signal: AbortSignal): Promise<void> {
  // Counted in looks, not by the clock: whoever was suspended himself has seen nothing meanwhile.
  for (let looks = 0; looks * lookMilliseconds < milliseconds; looks = isStill(pid) ? looks + 1 : 0) {
    await delay(lookMilliseconds, undefined, { signal });
  }
}

/** No thread runs, waits for a processor (R) or for a disk (D): all sleep (S, I) or are stopped (T, t). */
function isStill(pid: number): boolean {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.every(thread => 'SITt'.includes(stateOf(`/proc/${pid}/task/${thread}/stat`)));
  } catch {
    return false;
  }
}

/** Field 3 of proc(5), after the name in parentheses. */
function stateOf(file: string): string {
  const text = readFileSync(file, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).charAt(0);
}
