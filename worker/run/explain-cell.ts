/** Why a cell of a run stands as it does, from what was written down when each thing was decided. */
import type { CellRecord } from '../../schemas/cell-record.ts';
import type { FailureClass } from '../../schemas/failure.ts';
import { type PlanCell, cellName } from '../../schemas/plan.ts';
import type { NewCells, RunEvent, RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import { type KeyPart, keyParts } from './key-parts.ts';
import { nearestCell } from './nearest-cell.ts';
import { type ReasonReader, plannedReasons } from './planned-reason.ts';
import { type CellView, type RunView, createRunView } from './run-view.ts';
import { type Waiting, whatItWaitsFor } from './what-it-waits-for.ts';

/** A cell further up, and how it stands. */
export interface CellLink {
  readonly cell: string;
  readonly state: CellView['state'];
  readonly class?: FailureClass | undefined;
  readonly reason?: string | undefined;
}

export interface Explanation {
  readonly cell: string;
  readonly use: string;
  readonly key: string;
  readonly run: string;
  readonly state: CellView['state'];
  readonly class: FailureClass | undefined;
  readonly reason: string | undefined;
  /** As the run was planned. Null where nothing was written down: the run is older than that. */
  readonly planned: {
    readonly since: string | undefined;
    readonly reused: string | undefined;
    readonly new: readonly Omit<NewCells, 'ranges'>[];
    /** Where only its inputs differ: the nearest cells above whose own recipes do, with the fields. */
    readonly through: readonly { readonly cell: string; readonly new: readonly Omit<NewCells, 'ranges'>[] }[];
  } | null;
  /** Of one that is blocked or skipped: from the cell that decided it, up to where it began. */
  readonly chain: readonly CellLink[];
  readonly waits: readonly Waiting[];
  readonly attempts: readonly {
    readonly at: string;
    readonly class: FailureClass;
    readonly message: string;
    readonly retry_in: number | undefined;
  }[];
  /** Its result. `content`: another recipe had given the same inputs to the same work. */
  readonly record: {
    readonly run: string;
    readonly name: string;
    readonly found_by: 'key' | 'content' | 'made here';
    readonly started: string;
    readonly seconds: number;
  } | null;
  /** The most similar recorded cell of earlier runs; null where there is none, or the cell was not new. */
  readonly nearest: { readonly run: string; readonly cell: string; readonly key: string } | null;
  readonly parts: readonly KeyPart[];
}

export interface ExplainOptions {
  readonly run: RunRecord;
  /** All cells of the run, in plan order. */
  readonly cells: readonly PlanCell[];
  readonly cell: PlanCell;
  /** Nobody works at the run: it was interrupted. */
  readonly interrupted: boolean;
}

export async function explainCell(store: Store, options: ExplainOptions): Promise<Explanation> {
  const { run, cells, cell, interrupted } = options;
  const { events } = await store.events(run.run);
  const view = createRunView(cells.length);
  view.apply(events);
  const stands = view.cell(cell.index);
  const read = plannedReasons(events);
  const isNew = read === undefined || read(cell.index).reused === undefined;
  const nearest = isNew ? await nearestCell(store, run, cell) : undefined;
  return {
    cell: nameOf(cell),
    use: cell.use,
    key: cell.key,
    run: run.run,
    state: stands.state,
    class: stands.class,
    reason: stands.reason,
    planned: read === undefined ? null : planned(read, cells, cell),
    chain: stands.state === 'blocked' || stands.state === 'skipped' ? chain(view, cells, cell) : [],
    waits: stands.state === 'waiting' ? whatItWaitsFor({ events, view, cells, cell, interrupted }) : [],
    attempts: attemptsOf(events, cell),
    record: await resultOf(store, run, cell),
    nearest: nearest === undefined ? null : { run: nearest.run, cell: nameOf(nearest.cell), key: nearest.cell.key },
    parts: keyParts({ cell, cells }, nearest),
  };
}

function planned(read: ReasonReader, cells: readonly PlanCell[], cell: PlanCell): Explanation['planned'] {
  const { since, reused, reasons } = read(cell.index);
  return {
    since,
    reused,
    new: reasons.map(withoutRanges),
    through: changedAbove(read, cells, cell).map(above => ({
      cell: nameOf(above),
      new: read(above.index).reasons.map(withoutRanges),
    })),
  };
}

function withoutRanges({ ranges: _ranges, ...reason }: NewCells): Omit<NewCells, 'ranges'> {
  return reason;
}

/** Goes up through what is new for its inputs alone; stops at what is new for itself. */
function changedAbove(read: ReasonReader, cells: readonly PlanCell[], cell: PlanCell): PlanCell[] {
  const seen = new Set<number>();
  const found: PlanCell[] = [];
  const queue = [cell];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const ports = new Set(read(next.index).reasons.flatMap(({ why, field }) => (why === 'below' ? [field] : [])));
    for (const [port, { parts }] of Object.entries(next.inputs)) {
      if (!ports.has(`inputs.${port}`)) continue;
      for (const part of parts) {
        const above = cells[part.cell];
        if (above === undefined || seen.has(above.index)) continue;
        seen.add(above.index);
        if (read(above.index).reasons.some(({ why }) => why === 'changed' || why === 'added')) found.push(above);
        else queue.push(above);
      }
    }
  }
  return found.sort((a, b) => a.index - b.index);
}

/** From cause to cause; where none was written down, to the first input that came to no result. */
function chain(view: RunView, cells: readonly PlanCell[], cell: PlanCell): CellLink[] {
  const links: CellLink[] = [];
  let next = causeOf(view, cells, cell);
  // A cause stands before what it decides, so this ends; a damaged log must not make it run for ever.
  while (next !== undefined && links.length < cells.length) {
    const { state, class: failure, reason } = view.cell(next.index);
    links.push({ cell: nameOf(next), state, class: failure, reason });
    next = state === 'blocked' || state === 'skipped' ? causeOf(view, cells, next) : undefined;
  }
  return links;
}

const withoutResult: ReadonlySet<CellView['state']> = new Set(['failed', 'blocked', 'skipped', 'cancelled']);

function causeOf(view: RunView, cells: readonly PlanCell[], cell: PlanCell): PlanCell | undefined {
  const { because } = view.cell(cell.index);
  if (because !== undefined) return cells[because];
  const parts = Object.values(cell.inputs).flatMap(input => input.parts);
  const lost = parts.find(part => withoutResult.has(view.cell(part.cell).state));
  return lost === undefined ? undefined : cells[lost.cell];
}

function attemptsOf(events: readonly RunEvent[], { index }: PlanCell): Explanation['attempts'] {
  return events.flatMap(event =>
    event.event === 'cell-attempt-failed' && event.cell === index
      ? [{ at: event.at, class: event.class, message: event.message, retry_in: event.retry_in }]
      : [],
  );
}

async function resultOf(store: Store, run: RunRecord, cell: PlanCell): Promise<Explanation['record']> {
  const record = await store.record(cell.key, run.run);
  if (record === undefined) return null;
  const maker = record.reused_from === undefined ? record : ((await store.record(record.reused_from)) ?? record);
  const { run: made, name, started, seconds } = maker;
  return { run: made, name, found_by: foundBy(record, run, cell), started, seconds };
}

function foundBy(record: CellRecord, { run }: RunRecord, cell: PlanCell): 'key' | 'content' | 'made here' {
  if (record.reused_from !== undefined) return 'content';
  return record.run === run && record.name === nameOf(cell) ? 'made here' : 'key';
}

function nameOf({ step, at }: PlanCell): string {
  return cellName(step, at);
}
