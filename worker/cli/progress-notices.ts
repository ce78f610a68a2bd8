/** What people should not have to look for while a run is under way: failures, retries, pauses, each once. */
import { failurePolicies } from '../../schemas/failure.ts';
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import { describeOrder } from '../../schemas/order.ts';
import type { RunEvent } from '../../schemas/run.ts';
import { awaitedLines } from './awaited-lines.ts';
import { count, duration } from './quantities.ts';

/** So many alike are told one by one, the next by saying that they are only counted from there on. */
const toldEach = 3;

/** The line to be said of an event, if any. */
export function createNotices(
  cells: ReadonlyMap<number, PlanCell>,
  run: string,
): (event: RunEvent) => string | undefined {
  const told = new Map<string, number>();
  const asked = new Set<string>();

  const nameOf = (index: number) => {
    const cell = cells.get(index);
    return cell === undefined ? `cell ${index}` : cellName(cell.step, cell.at);
  };
  /** `line` for the first of a kind; for what follows, that there are more of it. */
  const limited = (event: RunEvent & { readonly cell: number }, line: string, message: string) => {
    const step = cells.get(event.cell)?.step ?? '';
    const kind = JSON.stringify([event.event, step, message]);
    const number = (told.get(kind) ?? 0) + 1;
    told.set(kind, number);
    if (number <= toldEach) return line;
    if (number > toldEach + 1) return undefined;
    return `${line.slice(0, 8)} more than ${count(toldEach, 'cell')} of ${step} alike: from here on they are only counted`;
  };

  const attemptNotice = (event: Extract<RunEvent, { event: 'cell-attempt-failed' }>) => {
    const { class: failure, message, retry_in: wait, changed } = event;
    // What nobody can do anything about is counted, not told.
    if (failurePolicies[failure].told === 'nobody') return undefined;
    const how = changed === undefined ? '' : ` with ${changed}`;
    const when = wait === 0 ? 'at once' : `in ${duration(wait ?? 0)}`;
    const again = wait === undefined ? '' : `; again${how} ${when}`;
    const line = `attempt  ${nameOf(event.cell)} (${failure}): ${message}${again}`;
    return limited(event, line, `${failure} ${message}`);
  };

  const cellNotice = (event: Extract<RunEvent, { cell: number }>) => {
    switch (event.event) {
      case 'cell-ended': {
        if (event.state !== 'failed') return undefined;
        const { class: failure = 'infrastructure', reason = '' } = event;
        return limited(event, `failed   ${nameOf(event.cell)} (${failure}): ${reason}`, `${failure} ${reason}`);
      }
      case 'cell-attempt-failed':
        return attemptNotice(event);
      case 'nondeterminism': {
        const line = `differs  ${nameOf(event.cell)}: made twice, other bytes the second time; the first stay. See: espalier audit`;
        return limited(event, line, '');
      }
      case 'cell-cancel-ordered':
        return `ending   ${nameOf(event.cell)}, ${describeOrder('ended', event)}`;
      case 'cell-started':
      case 'cell-waiting':
      case 'cell-progress':
        return undefined;
    }
  };

  return event => {
    if ('cell' in event) return cellNotice(event);
    switch (event.event) {
      case 'branch-failed':
        return `a part of the run broke: ${event.message}`;
      case 'run-paused':
        return 'paused';
      case 'run-resumed':
        return 'going on';
      case 'approval-awaited':
        // Its cells come one by one; the question is one.
        if (asked.has(event.name)) return undefined;
        asked.add(event.name);
        return awaitedLines(run, event).join('\n');
      case 'approval-decided':
        return `${event.name} was ${describeOrder(event.decision, event)}`;
      case 'run-started':
      case 'run-planned':
      case 'run-ended':
      case 'cells-left':
      case 'cells-cached':
        return undefined;
    }
  };
}
