/** What keeps a cell that has not ended and is not at work: other cells, a lease, a back-off, room. */
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import { numbersIn } from '../../schemas/ranges.ts';
import type { RunEvent } from '../../schemas/run.ts';
import { type RunView, heldBy } from './run-view.ts';

/**
 * `cells`: how many of its inputs have not ended. `room`: everything is there since then, and no slot or turn has come.
 * `its own end`: it is at work; of light cells the log says so only by their progress.
 */
export type Waiting =
  | { readonly for: 'somebody to go on with the run' }
  | { readonly for: 'the run to be resumed'; readonly since: string }
  | {
      readonly for: 'cells';
      readonly open: number;
      readonly first: readonly { readonly cell: string; readonly state: string }[];
    }
  | { readonly for: 'lease'; readonly holder: string; readonly until: string }
  | { readonly for: 'back-off'; readonly until: string }
  | { readonly for: 'its own end'; readonly step: number; readonly steps: number }
  | { readonly for: 'room'; readonly since: string | undefined };

export interface WaitingOptions {
  readonly events: readonly RunEvent[];
  readonly view: RunView;
  readonly cells: readonly PlanCell[];
  readonly cell: PlanCell;
  readonly interrupted: boolean;
}

/** Names of open inputs given; the rest are counted. */
const namedCells = 5;

export function whatItWaitsFor({ events, view, cells, cell, interrupted }: WaitingOptions): Waiting[] {
  const pause = view.state() === 'paused' ? events.findLast(event => event.event === 'run-paused') : undefined;
  return [
    ...(interrupted ? [{ for: 'somebody to go on with the run' } as const] : []),
    ...(pause === undefined ? [] : [{ for: 'the run to be resumed', since: pause.at } as const]),
    ownWait({ events, view, cells, cell }),
  ];
}

function ownWait({ events, view, cells, cell }: Omit<WaitingOptions, 'interrupted'>): Waiting {
  const last = events.findLast(event => 'cell' in event && event.cell === cell.index);
  if (last?.event === 'cell-waiting') return { for: 'lease', holder: heldBy(last.owner), until: last.until };
  if (last?.event === 'cell-attempt-failed' && last.retry_in !== undefined)
    return { for: 'back-off', until: new Date(Date.parse(last.at) + 1000 * last.retry_in).toISOString() };
  if (last?.event === 'cell-progress') return { for: 'its own end', step: last.step, steps: last.steps };
  const needed = neededBy(cell);
  const open = needed.filter(index => ['waiting', 'running'].includes(view.cell(index).state));
  if (open.length === 0) return { for: 'room', since: lastEnd(events, new Set(needed)) };
  const first = open.slice(0, namedCells).map(index => ({ cell: nameAt(cells, index), state: view.cell(index).state }));
  return { for: 'cells', open: open.length, first };
}

function neededBy({ inputs, guards }: PlanCell): number[] {
  const parts = Object.values(inputs).flatMap(input => input.parts.map(part => part.cell));
  return [...new Set([...parts, ...guards.map(({ gate }) => gate)])];
}

/** When the last of these ended; when the run was planned, for a cell that needs none. */
function lastEnd(events: readonly RunEvent[], needed: ReadonlySet<number>): string | undefined {
  const end = events.findLast(
    event =>
      (event.event === 'cell-ended' && needed.has(event.cell)) ||
      (event.event === 'cells-cached' && [...numbersIn(event.ranges)].some(cell => needed.has(cell))),
  );
  return (end ?? events.findLast(event => event.event === 'run-started'))?.at;
}

function nameAt(cells: readonly PlanCell[], index: number): string {
  const cell = cells[index];
  return cell === undefined ? `cell ${index}` : cellName(cell.step, cell.at);
}
