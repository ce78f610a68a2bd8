/** The branches of one run: each started when what it needs has ended, so many at once. */
import { type ChildWorkflowHandle, condition, isCancellation, startChild, workflowInfo } from '@temporalio/workflow';
import type { BranchOverview, RunProgress, RunReference, Tally } from '../schemas/engine.ts';
import { book } from './activities.ts';
import { createFrontier } from './frontier.ts';
import { pauseSignal, resumeSignal } from './messages.ts';
import { branchWorkflowId } from './queues.ts';
import { runBranch } from './run-branch.ts';
import { addTally, emptyTally } from './tally.ts';

/** Branches running at once: enough to feed every slot, few enough for one coordinator's history and wake-ups. */
const window = 50;

export interface Coordinator {
  /** Runs these branches, and what has been given before, to their end. */
  readonly drive: (branches: readonly BranchOverview[]) => Promise<void>;
  /** Resolves when no branch is running. */
  readonly settled: () => Promise<void>;
  readonly pause: (paused: boolean) => void;
  readonly progress: () => RunProgress;
  readonly endState: () => 'done' | 'failed';
}

export function createCoordinator(reference: RunReference): Coordinator {
  const frontier = createFrontier();
  const running = new Map<number, ChildWorkflowHandle<typeof runBranch> | undefined>();
  const waits = new Set<number>();
  let cells: Tally = emptyTally;
  let paused = false;
  let ended = 0;
  let total = 0;
  let broken = false;

  const start = async (branch: number) => {
    running.set(branch, undefined);
    try {
      const child = await startChild(runBranch, {
        args: [{ ...reference, branch }],
        workflowId: branchWorkflowId(workflowInfo().workflowId, branch),
        workflowTaskTimeout: '5s',
      });
      running.set(branch, child);
      if (paused) await child.signal(pauseSignal);
      const tally = await child.result();
      cells = addTally(cells, tally);
    } catch (error) {
      if (!isCancellation(error)) {
        broken = true;
        await book.noteRun({ ...reference, event: { branch, message: messageOf(error) } });
      }
    } finally {
      running.delete(branch);
      // A branch that lost cells still ends: what needs them finds out by itself, cell by cell.
      frontier.finished(branch, { state: 'done' });
      ended += 1;
    }
  };

  /** Branches that may wait for a person for days take no place in the window. */
  const startReady = () => {
    for (;;) {
      const places = window - [...running.keys()].filter(id => !waits.has(id)).length;
      const ready = frontier.ready(places);
      if (ready.length === 0) return;
      for (const id of ready) void start(id);
    }
  };

  const drive = async (branches: readonly BranchOverview[]) => {
    total += branches.length;
    for (const branch of branches) if (branch.waits === true) waits.add(branch.id);
    for (const { id, needs } of branches)
      frontier.add({ id, needs: needs.map(of => ({ of: [of], quorum: 1 })), guards: [] });
    for (const { id } of branches.filter(({ recorded }) => recorded)) {
      frontier.finished(id, { state: 'done' });
      ended += 1;
    }
    while (frontier.more()) {
      if (!paused) startReady();
      const before = ended;
      const pausedBefore = paused;
      await condition(() => ended > before || paused !== pausedBefore);
    }
  };

  const pause = (wanted: boolean) => {
    if (paused === wanted) return;
    paused = wanted;
    for (const child of running.values()) void child?.signal(wanted ? pauseSignal : resumeSignal);
    void book.noteRun({ ...reference, event: wanted ? 'run-paused' : 'run-resumed' });
  };

  return {
    drive,
    settled: () => condition(() => running.size === 0),
    pause,
    progress: () => ({ paused, branches: { total, ended, running: running.size }, cells }),
    endState: () => (broken || cells.failed + cells.blocked + cells.cancelled > 0 ? 'failed' : 'done'),
  };
}

function messageOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
