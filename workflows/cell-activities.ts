/** The activities of a branch that work at cells: started with ids that name their cells, cancelled cell by cell. */
import { CancellationScope, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { BranchReference, CellOutcome } from '../schemas/engine.ts';
import { heavy, light } from './activities.ts';

export interface CellActivities {
  readonly startHeavy: (cell: number) => void;
  readonly startLight: (cells: readonly number[]) => void;
  /** Ends work at a cell; false where nobody is at it. The others of its batch are given back through `onGivenBack`. */
  readonly cancel: (cell: number, reason: string) => boolean;
  readonly inFlight: () => number;
  readonly lightInFlight: () => number;
}

export interface CellActivityListener {
  readonly onEnded: (outcomes: readonly EndedCell[]) => void;
  /** Cells of a batch that was cut short for another cell's sake: they are to be started again. */
  readonly onGivenBack: (cells: readonly number[]) => void;
  readonly onFailure: (error: unknown) => void;
}

/** `reason`: of a cell that was ended by an order. */
export type EndedCell = CellOutcome & { readonly reason?: string };

interface Flight {
  readonly cells: readonly number[];
  readonly scope: CancellationScope;
  readonly calledOff: Map<number, string>;
}

export function createCellActivities(reference: BranchReference, listener: CellActivityListener): CellActivities {
  const { taskQueue } = workflowInfo();
  const flights = new Set<Flight>();
  let lightInFlight = 0;

  const launch = async (cells: readonly number[], activity: () => Promise<CellOutcome[]>) => {
    const flight: Flight = { cells, scope: new CancellationScope(), calledOff: new Map() };
    flights.add(flight);
    try {
      listener.onEnded(await flight.scope.run(activity));
    } catch (error) {
      if (isCancellation(error)) land(flight);
      else listener.onFailure(error);
    } finally {
      flights.delete(flight);
    }
  };
  /** Of a cancelled batch, what an order named has ended; a whole run that is called off ends the rest as well. */
  const land = ({ cells, calledOff }: Flight) => {
    if (calledOff.size === 0) listener.onEnded(cells.map(cell => ({ cell, state: 'cancelled' })));
    else {
      listener.onEnded([...calledOff].map(([cell, reason]) => ({ cell, state: 'cancelled', reason })));
      listener.onGivenBack(cells.filter(cell => !calledOff.has(cell)));
    }
  };
  const startHeavy = (cell: number) => {
    const activity = heavy(taskQueue, `cell-${cell}`);
    void launch([cell], () => activity.runCells({ ...reference, cells: [cell] }));
  };
  const startLight = (cells: readonly number[]) => {
    lightInFlight += 1;
    const activity = light(`cells-${rangesText(cells)}`);
    void launch(cells, () => activity.runCells({ ...reference, cells })).then(() => (lightInFlight -= 1));
  };
  const cancel = (cell: number, reason: string) => {
    const flight = [...flights].find(({ cells }) => cells.includes(cell));
    if (flight === undefined) return false;
    flight.calledOff.set(cell, reason);
    flight.scope.cancel();
    return true;
  };
  return { startHeavy, startLight, cancel, inFlight: () => flights.size, lightInFlight: () => lightInFlight };
}

/** `0-3,7`: ascending numbers in short, so that the server can be asked which activity has a cell. */
function rangesText(cells: readonly number[]): string {
  const parts: string[] = [];
  let first = cells[0];
  for (const [index, cell] of cells.entries()) {
    const next = cells[index + 1];
    if (next === cell + 1) continue;
    parts.push(first === cell ? `${cell}` : `${first}-${cell}`);
    first = next;
  }
  return parts.join(',');
}
