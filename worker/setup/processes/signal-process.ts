/** Signals to processes that are told apart from later ones with the same id. */
import type { ProcessMark } from '../../../schemas/process-mark.ts';
import { processState } from '../../../store/process-life.ts';

/**
 * Sends a signal to the process, or with `group` to all of the process group that it leads. Does nothing, and says
 * false, when the process is gone, its id may belong to another one by now, or nobody here can tell.
 */
export function signalProcess(mark: ProcessMark, signal: NodeJS.Signals, group: 'group' | 'alone'): boolean {
  if (mark.start === undefined || processState(mark) !== 'alive') return false;
  try {
    process.kill(group === 'group' ? -mark.pid : mark.pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
