/**
 * Runs of a drawn plan by the engine's own frontier and attempts, on workers that die, sleep, shut down and answer
 * twice as a schedule says; activities come back as the server would bring them back.
 */
import { vi } from 'vitest';
import type { AttemptResult } from '../../../activities/attempt-cell.ts';
import { digestOf } from '../../../schemas/identity.ts';
import type { PlanCell } from '../../../schemas/plan.ts';
import { type MemoryStore, createMemoryStore } from '../../../store/memory-store.ts';
import { type Frontier, createFrontier } from '../../../workflows/frontier.ts';
import { type Execution, createAttempts } from './attempts.ts';
import type { DrawnPlan } from './drawn-plan.ts';
import { type SteppedWorker, createSteps } from './stepped-worker.ts';

export interface Recovery {
  readonly store: MemoryStore;
  readonly runs: readonly { readonly run: string; readonly frontier: Frontier }[];
  readonly executions: readonly Execution[];
  /** Publications whose bytes differ from what was published before, in words. */
  readonly contradictions: readonly string[];
  readonly deaths: number;
}

interface Task {
  readonly run: string;
  readonly frontier: Frontier;
  readonly cell: PlanCell;
  over: boolean;
  /** When it may be started, by the clock; undefined while somebody is at it and nobody has given up on them. */
  due: number | undefined;
  workers: SteppedWorker[];
}

/** The server gives up on an activity that has not been heard of for so long. */
const heartbeatMilliseconds = 15_000;
const longestScheduleFactor = 400;

export async function recover(plan: DrawnPlan, schedule: readonly number[], runCount: number): Promise<Recovery> {
  const world = createWorld(plan, await newRuns(plan, runCount));
  for (const drawn of schedule) {
    await world.act(drawn);
    if (world.isOver()) break;
  }
  world.wakeAll();
  for (let calm = 0; !world.isOver() || world.isBusy(); calm++) {
    if (calm > longestScheduleFactor * (plan.cells.length + 1) * runCount)
      throw new Error('the runs came to no end though nothing disturbed them any more');
    await world.calm();
  }
  vi.clearAllTimers();
  return world.recovery;
}

async function newRuns(plan: DrawnPlan, count: number) {
  const store = createMemoryStore();
  const digest = digestOf('plan');
  const runs = [];
  for (let made = 0; made < count; made++) {
    const { run } = await store.createRun({
      format: 1,
      study: 'model',
      file: 'model.yaml',
      plan: digest,
      gates: {},
      created: new Date().toISOString(),
      espalier: '0',
    });
    const frontier = createFrontier();
    for (const cell of plan.cells) frontier.add(frontierNode(cell));
    runs.push({ run, frontier });
  }
  return { store, runs };
}

function frontierNode({ index, inputs, guards }: PlanCell) {
  const needs = Object.values(inputs).map(({ parts, quorum }) => ({ of: parts.map(({ cell }) => cell), quorum }));
  return { id: index, needs, guards: guards.map(({ gate, verdicts }) => ({ gate, verdicts })) };
}

interface Begun {
  readonly store: MemoryStore;
  readonly runs: readonly { readonly run: string; readonly frontier: Frontier }[];
}

function createWorld(plan: DrawnPlan, { store, runs }: Begun) {
  const steps = createSteps();
  const book = createAttempts(plan, store);
  let workers = [newWorker(0), newWorker(1), newWorker(2)];
  let tasks: Task[] = [];
  let attempts = 0;
  let deaths = 0;
  let broken = 0;

  const handOut = () => {
    for (const { run, frontier } of runs) {
      for (const id of frontier.ready()) {
        const cell = plan.cells[id]!;
        if (plan.cancelled.has(cell.key)) frontier.finished(id, { state: 'cancelled' });
        else tasks.push({ run, frontier, cell, over: false, due: Date.now(), workers: [] });
      }
    }
  };

  const settle = (task: Task, result: AttemptResult, worker: SteppedWorker) => {
    task.workers = task.workers.filter(each => each !== worker);
    if ('retry' in result) {
      if (!task.over && task.workers.length === 0) task.due = Date.now() + 1000 * result.retry;
      return;
    }
    // A late answer, after another attempt's, is told as well: it must change nothing.
    task.over = true;
    const { state, verdict } = result.ended;
    const ended = state === 'cached' ? ('done' as const) : state;
    task.frontier.finished(task.cell.index, verdict === undefined ? { state: ended } : { state: ended, verdict });
  };

  const start = (task: Task, worker: SteppedWorker) => {
    task.due = undefined;
    task.workers.push(worker);
    attempts += 1;
    const attempt = book.attempt(attempts, worker, steps, task);
    void attempt.then(
      result => worker.alive && settle(task, result, worker),
      // The failure could not even be counted: the activity fails, and comes back.
      () => worker.alive && settle(task, { retry: 1, reason: 'the store failed' }, worker),
    );
  };

  /** Room comes back, however often it was missing; a disk that breaks more often than this ends a cell. */
  const breakStore = (worker: SteppedWorker, choice: number) => {
    const breaks = choice % 3 === 0 && broken < 3;
    if (breaks) broken += 1;
    worker.failure = { code: breaks ? 'EIO' : 'ENOSPC', done: choice % 2 === 0 };
  };

  const startOne = (drawn: number): boolean => {
    handOut();
    const due = tasks.filter(task => !task.over && task.due !== undefined && task.due <= Date.now());
    const awake = workers.filter(({ asleep }) => !asleep);
    const task = due[drawn % Math.max(1, due.length)];
    const worker = awake[(drawn >> 3) % Math.max(1, awake.length)];
    if (task === undefined || worker === undefined) return false;
    start(task, worker);
    return true;
  };

  /** Timers of workers that are awake run in time, however long it takes. */
  const pass = async (milliseconds: number) => {
    for (let left = milliseconds; left > 0; left -= 5000) {
      vi.advanceTimersByTime(Math.min(5000, left));
      await quiet();
    }
  };

  const giveUpOn = (worker: SteppedWorker) => {
    for (const task of tasks.filter(each => each.workers.includes(worker)))
      task.due = Date.now() + heartbeatMilliseconds;
  };

  const replace = (worker: SteppedWorker) => {
    workers = workers.map(each => (each === worker ? newWorker(worker.name + 3) : each));
  };

  const act = async (drawn: number) => {
    const [kind, choice] = [drawn % 16, drawn >> 4];
    const worker = workers[choice % workers.length]!;
    if (kind === 0) {
      deaths += 1;
      steps.kill(worker);
      giveUpOn(worker);
      for (const task of tasks) task.workers = task.workers.filter(each => each !== worker);
      replace(worker);
    } else if (kind === 1) {
      worker.asleep = true;
      worker.overslept = true;
      giveUpOn(worker);
    } else if (kind === 2) worker.asleep = false;
    else if (kind === 3) {
      // SIGTERM: what it is at ends as preempted, and another takes its place.
      worker.shutdown.abort(new Error('shutdown'));
      worker.asleep = false;
      replace(worker);
    } else if (kind === 4) await pass(1000 * (choice % 30));
    else if (kind < 7) startOne(choice);
    else if (kind < 10) {
      // One is much faster than the others.
      for (let burst = 0; burst < 12 && steps.letOneGoOn(0, worker); burst++) await quiet();
    } else if (kind === 10) breakStore(worker, choice);
    else if (!steps.letOneGoOn(choice)) startOne(choice);
    await quiet();
  };

  const calm = async () => {
    if (!steps.letOneGoOn(0) && !startOne(0)) await pass(5000);
    await quiet();
  };

  return {
    act,
    calm,
    wakeAll: () => workers.forEach(worker => (worker.asleep = false)),
    isOver: () => {
      handOut();
      return runs.every(({ frontier }) => !frontier.more());
    },
    isBusy: () => tasks.some(task => task.workers.some(({ alive }) => alive)),
    recovery: {
      store,
      runs,
      executions: book.executions,
      contradictions: book.contradictions,
      get deaths() {
        return deaths;
      },
    },
  };
}

function newWorker(name: number): SteppedWorker {
  return { name, alive: true, asleep: false, overslept: false, shutdown: new AbortController(), failure: undefined };
}

/** Everything that can go on without leave has gone on: promises are resolved before the next turn of the event loop. */
function quiet(): Promise<void> {
  return new Promise(resolve => void setImmediate(resolve));
}
