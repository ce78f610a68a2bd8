/** What a plan will cost here: cells that are there, cells to be made, cells that cannot be made on this machine. */
import { totalmem } from 'node:os';
import type { Plan, PlanCell } from '../../schemas/plan.ts';
import type { RecordStore } from '../../store/store.ts';
import { type Timings, typicalSeconds } from './timings.ts';

export interface StepForecast {
  readonly step: string;
  readonly use: string;
  readonly cells: number;
  readonly new: number;
  readonly cached: number;
  /** Asking for more than this machine has, or needing such a cell. */
  readonly blocked: number;
  /** Estimated seconds of work of the new cells; null where no cell of the kind has run here. */
  readonly seconds: number | null;
}

export interface Forecast {
  readonly cells: number;
  readonly new: number;
  readonly cached: number;
  readonly blocked: number;
  /** Estimated wall-clock seconds with the given slots; null where some kind has never run here. */
  readonly seconds: number | null;
  readonly steps: readonly StepForecast[];
}

export interface ForecastOptions {
  /** Undefined where there is no store yet. */
  readonly store: RecordStore | undefined;
  readonly timings: Timings;
  readonly slots: number;
}

export async function forecast(plan: Plan, { store, timings, slots }: ForecastOptions): Promise<Forecast> {
  const { cellList } = plan;
  const recorded =
    store === undefined ? cellList.map(() => false) : await store.haveRecords(cellList.map(cell => cell.key));
  const blocked = blockedCells(cellList, recorded, slots);
  const steps = plan.steps.map((step): StepForecast => {
    const cells = cellList.filter(cell => cell.step === step.step);
    const cached = cells.filter(cell => recorded[cell.index]).length;
    const lost = cells.filter(cell => blocked.has(cell.index)).length;
    const typical = typicalSeconds(timings, step.use);
    const fresh = cells.length - cached - lost;
    const seconds = fresh === 0 ? 0 : typical === undefined ? null : typical * fresh;
    return { step: step.step, use: step.use, cells: cells.length, new: fresh, cached, blocked: lost, seconds };
  });
  const sum = (of: (step: StepForecast) => number) => steps.reduce((total, step) => total + of(step), 0);
  const known = steps.every(step => step.seconds !== null);
  return {
    cells: cellList.length,
    new: sum(step => step.new),
    cached: sum(step => step.cached),
    blocked: blocked.size,
    seconds: known ? sum(step => step.seconds ?? 0) / slots : null,
    steps,
  };
}

/** In plan order every cell follows its inputs, so one pass finds descendants too. */
function blockedCells(cells: readonly PlanCell[], recorded: readonly boolean[], slots: number): ReadonlySet<number> {
  const blocked = new Set<number>();
  for (const cell of cells) {
    if (recorded[cell.index]) continue;
    const { cpu, gpu, memory } = cell.resources;
    const tooMuch = cell.weight === 'heavy' && (gpu > 0 || cpu > slots || memory > totalmem());
    const short = Object.values(cell.inputs).some(
      input => input.parts.filter(part => !blocked.has(part.cell)).length < input.quorum,
    );
    if (tooMuch || short) blocked.add(cell.index);
  }
  return blocked;
}
