/** A run as its event log tells it: how every cell stands, at any time, without asking any server. */
import type { FailureClass } from '../../schemas/failure.ts';
import { numbersIn } from '../../schemas/ranges.ts';
import type { CellState, RunEvent, RunState } from '../../schemas/run.ts';

export interface CellView {
  readonly state: CellState | 'waiting' | 'running';
  readonly reason?: string;
  /** The cell whose end decided this one's. */
  readonly because?: number;
  readonly class?: FailureClass;
  readonly seconds?: number;
  readonly verdict?: string;
  /** Seconds of work that came to nothing with its end. */
  readonly lost?: number;
  /** How the recipe that made it differs from the planned one. */
  readonly changed?: string;
  readonly progress?: { readonly step: number; readonly steps: number; readonly loss?: number };
  readonly startedAt?: string;
}

export interface FailedAttemptView {
  readonly at: string;
  readonly cell: number;
  readonly class: FailureClass;
  readonly message: string;
  /** Seconds of work that have to be done again. */
  readonly lost: number;
}

/** What a person is asked, and how many cells wait for nothing else. */
export interface AwaitedApproval {
  /** A step, or a gate as `gates.name`. */
  readonly name: string;
  readonly question?: string;
  readonly cells: number;
}

export type Decision = Extract<RunEvent, { readonly event: 'approval-decided' }>;

/** Cells by state. */
export type Counts = { readonly [state in CellView['state']]: number };

export interface RunView {
  /** Takes in events in the order of the log. */
  readonly apply: (events: readonly RunEvent[]) => void;
  readonly cell: (index: number) => CellView;
  readonly counts: () => Counts;
  /** Undefined until the first event. */
  readonly state: () => RunState | undefined;
  readonly started: () => string | undefined;
  readonly ended: () => string | undefined;
  /** Attempts that failed, whether or not they were tried again. */
  readonly attempts: () => readonly FailedAttemptView[];
  readonly branchFailures: () => readonly string[];
  /** Cells that were made twice and gave other bytes the second time. */
  readonly differing: () => readonly number[];
  /** What waits for a person now, in the order in which it was asked. */
  readonly awaited: () => readonly AwaitedApproval[];
  /** What persons have decided, the first decision on each name. */
  readonly decisions: () => readonly Decision[];
}

const waiting: CellView = { state: 'waiting' };

export function createRunView(cells: number): RunView {
  const views = new Map<number, CellView>();
  const attempts: FailedAttemptView[] = [];
  const branchFailures: string[] = [];
  const differing = new Set<number>();
  const awaited = new Map<string, { readonly question: string | undefined; readonly cells: Set<number> }>();
  const decisions = new Map<string, Decision>();
  const counts = { waiting: cells, running: 0, cached: 0, done: 0, failed: 0, blocked: 0, skipped: 0, cancelled: 0 };
  let state: RunState | undefined;
  let started: string | undefined;
  let ended: string | undefined;

  const set = (index: number, view: CellView) => {
    counts[(views.get(index) ?? waiting).state] -= 1;
    counts[view.state] += 1;
    views.set(index, view);
  };
  const applyCell = (event: Extract<RunEvent, { cell: number }>) => {
    const before = views.get(event.cell) ?? waiting;
    switch (event.event) {
      case 'cell-started':
        set(event.cell, { state: 'running', startedAt: event.at });
        return;
      case 'cell-progress': {
        const { step, steps, loss } = event;
        if (before.state !== 'running') return;
        set(event.cell, { ...before, progress: { step, steps, ...(loss === undefined ? {} : { loss }) } });
        return;
      }
      case 'cell-attempt-failed':
        attempts.push({
          at: event.at,
          cell: event.cell,
          class: event.class,
          message: event.message,
          lost: event.lost ?? 0,
        });
        if (before.state === 'running' || before.state === 'waiting')
          set(event.cell, { state: 'waiting', reason: event.message });
        return;
      case 'cell-cancel-ordered':
        return;
      case 'cell-waiting':
        if (before.state === 'waiting') set(event.cell, { state: 'waiting', reason: heldBy(event.owner) });
        return;
      case 'cell-ended':
        // What this run made stays `done`, whoever else finds it recorded afterwards.
        if (before.state === 'done') return;
        set(event.cell, endedView(event));
        return;
      case 'nondeterminism':
        differing.add(event.cell);
        return;
    }
  };
  const applyRanges = (event: Extract<RunEvent, { event: 'cells-cached' | 'cells-left' }>) => {
    const { reason, class: failure } = event.event === 'cells-left' ? event : {};
    const view: CellView = {
      state: event.event === 'cells-left' ? event.state : 'cached',
      ...(reason === undefined ? {} : { reason }),
      ...(failure === undefined ? {} : { class: failure }),
    };
    for (const cell of numbersIn(event.ranges)) if (views.get(cell)?.state !== 'done') set(cell, view);
  };
  const applyAwaited = ({ name, question, ranges }: Extract<RunEvent, { event: 'approval-awaited' }>) => {
    const asked = awaited.get(name) ?? { question, cells: new Set() };
    awaited.set(name, asked);
    for (const cell of numbersIn(ranges)) {
      asked.cells.add(cell);
      if (isWaiting(cell)) set(cell, { state: 'waiting', reason: `it waits for the approval of ${name}` });
    }
  };
  const applyDecision = (event: Decision) => {
    if (decisions.has(event.name)) return;
    decisions.set(event.name, event);
    for (const cell of awaited.get(event.name)?.cells ?? []) if (isWaiting(cell)) set(cell, waiting);
  };
  const isWaiting = (cell: number) => (views.get(cell) ?? waiting).state === 'waiting';
  const applyOne = (event: RunEvent) => {
    switch (event.event) {
      case 'run-started':
        started ??= event.at;
        state = 'running';
        ended = undefined;
        return;
      case 'run-paused':
        state = 'paused';
        return;
      case 'run-resumed':
        state = 'running';
        return;
      case 'run-ended':
        state = event.state;
        ended = event.at;
        return;
      case 'branch-failed':
        branchFailures.push(event.message);
        return;
      case 'approval-awaited':
        applyAwaited(event);
        return;
      case 'approval-decided':
        applyDecision(event);
        return;
      case 'cells-cached':
      case 'cells-left':
        applyRanges(event);
        return;
      case 'run-planned':
        return;
      case 'cell-started':
      case 'cell-waiting':
      case 'cell-progress':
      case 'cell-attempt-failed':
      case 'cell-cancel-ordered':
      case 'cell-ended':
      case 'nondeterminism':
        applyCell(event);
    }
  };
  return {
    apply: events => {
      for (const event of events) applyOne(event);
    },
    cell: index => views.get(index) ?? waiting,
    counts: () => ({ ...counts }),
    state: () => state,
    started: () => started,
    ended: () => ended,
    attempts: () => attempts,
    branchFailures: () => branchFailures,
    differing: () => [...differing],
    awaited: () =>
      [...awaited].flatMap(([name, { question, cells: asked }]) => {
        const left = decisions.has(name) ? 0 : [...asked].filter(isWaiting).length;
        return left === 0 ? [] : [{ name, cells: left, ...(question === undefined ? {} : { question }) }];
      }),
    decisions: () => [...decisions.values()],
  };
}

function endedView(event: Extract<RunEvent, { event: 'cell-ended' }>): CellView {
  const { state, reason, because, class: failure, seconds, verdict, lost, changed } = event;
  return {
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(because === undefined ? {} : { because }),
    ...(failure === undefined ? {} : { class: failure }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(lost === undefined ? {} : { lost }),
    ...(changed === undefined ? {} : { changed }),
  };
}

/** `big-2 train (node7, process 812) is at it`. */
export function heldBy({
  purpose,
  host,
  pid,
}: {
  readonly purpose: string;
  readonly host: string;
  readonly pid: number;
}) {
  return `${purpose} (${host}, process ${pid}) is at it`;
}
