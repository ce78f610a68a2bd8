/** The cells of one branch under way: what is ready is started, what ends is settled, until nothing is left. */
import { condition } from '@temporalio/workflow';
import type { BranchCell, BranchGraph, BranchOrder, BranchReference, CellOutcome, Tally } from '../schemas/engine.ts';
import { book } from './activities.ts';
import { createApprovals } from './approvals.ts';
import { type EndedCell, createCellActivities } from './cell-activities.ts';
import { createFrontier } from './frontier.ts';
import { tallyOf } from './tally.ts';

/** Light cells per activity: few enough that a retry repeats little, many enough that Temporal's cost vanishes. */
const lightBatch = 50;

/** Light activities in flight per branch: the worker's light slots are busy, and the next batches wait beside them. */
const lightWindow = 8;

export interface BranchWork {
  /** Runs everything that can run; throws on cancellation, or when an activity fails in a way it never should. */
  readonly drive: () => Promise<void>;
  /** After a cancellation: waits for what is in flight, and gives every other cell its end. */
  readonly cancel: () => Promise<void>;
  readonly tally: () => Tally;
}

/** What signals have said, for the work to look at. */
export interface BranchControl {
  paused: boolean;
  /** Not yet carried out. */
  readonly orders: BranchOrder[];
}

/** A cell that ends without an activity of its own to tell the log. */
interface Ending {
  readonly id: number;
  readonly state: 'blocked' | 'skipped' | 'cancelled';
  readonly because?: number;
  readonly reason?: string;
}

export function createBranchWork(reference: BranchReference, graph: BranchGraph, control: BranchControl): BranchWork {
  const frontier = createFrontier();
  const approvals = createApprovals(graph.cells, gate => frontier.outcome(gate)?.verdict);
  const states = new Map<number, CellOutcome['state']>();
  const isLight = new Set(graph.cells.filter(cell => cell.weight === 'light').map(cell => cell.id));
  const inbox: EndedCell[] = [...graph.ended];
  /** Cells whose ends the log had before the branch began. */
  const known = new Set(graph.ended.map(({ cell }) => cell));
  /** Ends that orders have brought about. */
  const decided: Ending[] = [];
  let lightQueue: number[] = [];
  let heavyQueue: number[] = [];
  let failure: unknown;
  const activities = createCellActivities(reference, {
    onEnded: outcomes => void inbox.push(...outcomes),
    onGivenBack: cells => (lightQueue = [...cells, ...lightQueue]),
    onFailure: error => (failure ??= error),
  });

  const hasRoom = () => activities.lightInFlight() < lightWindow;
  const canStart = () => heavyQueue.length > 0 || (lightQueue.length > 0 && hasRoom());
  const hasNews = () => inbox.length + decided.length + control.orders.length > 0;

  const start = () => {
    for (const cell of heavyQueue) activities.startHeavy(cell);
    heavyQueue = [];
    while (lightQueue.length > 0 && hasRoom()) {
      activities.startLight(lightQueue.slice(0, lightBatch));
      lightQueue = lightQueue.slice(lightBatch);
    }
  };

  const obey = (order: BranchOrder) => {
    if (order.order === 'cancel') {
      if (frontier.outcome(order.cell) !== undefined || activities.cancel(order.cell, order.reason)) return;
      decided.push({ id: order.cell, state: 'cancelled', reason: order.reason });
    } else decided.push(...approvals.decide(order));
  };

  /** Takes in what has ended and what was ordered, and tells the log of cells that nobody else will tell of. */
  const settle = async () => {
    for (const order of control.orders.splice(0)) obey(order);
    const endings: Ending[] = [];
    for (const { reason, ...outcome } of inbox.splice(0)) {
      const { cell, state } = outcome;
      states.set(cell, state);
      if (state === 'cancelled' && !known.has(cell)) endings.push(ending(cell, state, reason));
      endings.push(...frontier.finished(cell, frontierOutcome(outcome)));
    }
    for (const each of decided.splice(0)) {
      // It may have ended by itself, or by an order on what it needs.
      if (frontier.outcome(each.id) !== undefined) continue;
      endings.push(each, ...frontier.finished(each.id, { state: each.state }));
    }
    await note(endings);
    await admit();
  };

  const note = async (ends: readonly Ending[]) => {
    if (ends.length === 0) return;
    for (const { id, state } of ends) {
      states.set(id, state);
      approvals.forget(id);
    }
    const isOpen = (id: number) => frontier.outcome(id) === undefined;
    [lightQueue, heavyQueue] = [lightQueue.filter(isOpen), heavyQueue.filter(isOpen)];
    const outcomes = ends.map(({ id, ...end }) => ({ cell: id, ...end }));
    await book.noteOutcomes({ ...reference, outcomes });
  };

  /** Queues what is ready, but for cells that wait for a person; those are told of. */
  const admit = async () => {
    const admitted = approvals.admit(frontier.ready());
    decided.push(...admitted.refused);
    for (const id of admitted.start) (isLight.has(id) ? lightQueue : heavyQueue).push(id);
    const awaited = approvals.awaited();
    if (awaited.length > 0) await book.noteAwaited({ ...reference, awaited });
  };

  const drive = async () => {
    await note(graph.cells.flatMap(cell => frontier.add(cell)));
    for (;;) {
      await settle();
      if (failure !== undefined) throw failure;
      if (!frontier.more()) return;
      if (!control.paused) start();
      if (activities.inFlight() + approvals.held() === 0 && !hasNews() && !control.paused)
        throw new Error('internal: cells are left, but none can run');
      await condition(() => hasNews() || failure !== undefined || (!control.paused && canStart()));
    }
  };

  const cancel = async () => {
    await condition(() => activities.inFlight() === 0);
    await settle();
    const left = graph.cells.filter((cell: BranchCell) => frontier.outcome(cell.id) === undefined);
    await note(left.map(({ id }) => ({ id, state: 'cancelled' })));
  };

  return { drive, cancel, tally: () => tallyOf(states.values()) };
}

function ending(id: number, state: Ending['state'], reason: string | undefined): Ending {
  return reason === undefined ? { id, state } : { id, state, reason };
}

function frontierOutcome({ state, verdict }: CellOutcome) {
  const ended = state === 'cached' ? 'done' : state;
  return verdict === undefined ? { state: ended } : { state: ended, verdict };
}
