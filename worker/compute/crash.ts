/** Why a compute process ended that nobody had told to. */
import { readFileSync } from 'node:fs';
import { CellFailure } from '../../activities/cell-failure.ts';

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Out of memory where there is evidence for it: Node's own message, or the kernel's count of memory kills that grew
 * meanwhile. Otherwise `infrastructure`: it may have been anybody's kill, or a crash in native code.
 */
export function crashFailure(end: ProcessEnd, output: readonly string[], killsBefore: number): CellFailure {
  const how = end.signal === null ? `ended with code ${end.code ?? 'unknown'}` : `was ended by ${end.signal}`;
  const last = output.slice(-3).join(' | ');
  const message = `its compute process ${how}${last === '' ? '' : `; last output: ${last}`}`;
  const heap = output.some(line =>
    /heap out of memory|std::bad_alloc|Cannot allocate memory|OOM when allocating/i.test(line),
  );
  const killed = end.signal === 'SIGKILL' && memoryKills() > killsBefore;
  return new CellFailure(heap || killed ? 'out-of-memory' : 'infrastructure', message);
}

/** How often the kernel has killed for memory in this control group; 0 where it does not say. */
export function memoryKills(): number {
  try {
    const text = readFileSync('/sys/fs/cgroup/memory.events', 'utf8');
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
