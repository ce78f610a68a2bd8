/** How often the kernel killed for memory: evidence that a process which was killed had taken too much. */
import { readFileSync } from 'node:fs';

/** Kills in this control group so far; 0 where the system does not say. */
export function memoryKills(): number {
  try {
    const text = readFileSync('/sys/fs/cgroup/memory.events', 'utf8');
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
