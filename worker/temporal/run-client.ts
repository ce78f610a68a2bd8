/** Starting, watching and steering runs on a Temporal server. */
import { Client, Connection, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { BranchOrder, RunReference, Tally } from '../../schemas/engine.ts';
import { branchWorkflowId, taskQueueOf, workflowIdOf } from '../../workflows/queues.ts';
import type { TemporalTarget } from './connection.ts';
import { type PendingActivity, pendingActivities } from './pending-activities.ts';

/** What the server knows of a run's workflow. `absent`: it never had it, or has forgotten it. */
export type WorkflowState = 'running' | 'ended' | 'broken' | 'absent';

export interface RunClient {
  /** Starts the run's workflow unless it is running already; an abandoned one is begun anew. */
  readonly start: (reference: RunReference, options?: StartOptions) => Promise<void>;
  readonly state: (run: string) => Promise<WorkflowState>;
  readonly pause: (run: string) => Promise<void>;
  readonly resume: (run: string) => Promise<void>;
  readonly cancel: (run: string) => Promise<void>;
  /** Tells a branch under way; false where there is none. */
  readonly order: (run: string, branch: number, order: BranchOrder) => Promise<boolean>;
  /** The activities of a branch that have not ended, by their ids. */
  readonly pending: (run: string, branch: number) => Promise<PendingActivity[]>;
  /** Starts an activity that waits for its next attempt. */
  readonly tryNow: (run: string, branch: number, activity: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface StartOptions {
  /** No process is at the run any more. */
  readonly isAbandoned?: boolean;
  /** 1 first, 5 last. */
  readonly priority?: number | undefined;
}

export interface RunsOf {
  readonly storeId: string;
  /** Of the workflows: runs of others are taken up from the store. */
  readonly version: string;
}

export async function connectRuns(target: TemporalTarget, { storeId, version }: RunsOf): Promise<RunClient> {
  const connection = await Connection.connect(target.connection);
  const client = new Client({ connection, namespace: target.namespace });
  const handle = (run: string) => client.workflow.getHandle(workflowIdOf(storeId, run));

  const taskQueue = taskQueueOf(storeId, version);

  /**
   * Ends what the server still has of a run, its branches too, which outlive the execution that started them: work under
   * way hears of it with its next heartbeat, and saves its state.
   */
  const endRunning = async (run: string, runId: string, reason: string) => {
    await client.workflow.getHandle(workflowIdOf(storeId, run), runId).terminate(reason);
    const branches = `ParentWorkflowId = '${workflowIdOf(storeId, run)}' AND ExecutionStatus = 'Running'`;
    for await (const branch of client.workflow.list({ query: branches }))
      await client.workflow.getHandle(branch.workflowId, branch.runId).terminate(reason).catch(ifKnown);
  };
  /**
   * A run that another version of the workflows is at cannot be replayed by this one, and one that nobody serves would
   * first wait for the heartbeats of the dead. Neither need be: what is done is in the store.
   */
  const makeWay = async (run: string, isAbandoned: boolean) => {
    const { status, taskQueue: queue, runId } = await handle(run).describe();
    if (status.name !== 'RUNNING') return;
    if (queue !== taskQueue) await endRunning(run, runId, 'taken up by another version');
    else if (isAbandoned) await endRunning(run, runId, 'taken up anew: nobody served it any more');
  };
  const branchId = (run: string, branch: number) => branchWorkflowId(workflowIdOf(storeId, run), branch);

  const start = async (
    reference: RunReference,
    { isAbandoned = false, priority = usualPriority }: StartOptions = {},
  ) => {
    await makeWay(reference.run, isAbandoned).catch(ifKnown);
    try {
      await client.workflow.start<(given: RunReference) => Promise<Tally>>('runStudy', {
        workflowId: workflowIdOf(storeId, reference.run),
        taskQueue,
        args: [reference],
        // Branches and cells inherit it: where slots are short, runs of one priority take turns.
        priority: { priorityKey: priority, fairnessKey: reference.run.slice(-longestFairnessKey) },
        // A run that was broken off is taken up under its own name: the store remembers what it has done.
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        // A task that a dying server or worker took with it is handed out again after this long.
        workflowTaskTimeout: '5s',
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };

  const state = async (run: string): Promise<WorkflowState> => {
    try {
      const { status } = await handle(run).describe();
      if (status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW' || status.name === 'PAUSED') return 'running';
      return status.name === 'COMPLETED' || status.name === 'CANCELLED' ? 'ended' : 'broken';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'absent';
      throw error;
    }
  };

  return {
    start,
    state,
    pause: async run => handle(run).signal('pause'),
    resume: async run => handle(run).signal('resume'),
    cancel: async run => {
      await handle(run).cancel();
    },
    order: async (run, branch, order) => {
      try {
        await client.workflow.getHandle(branchId(run, branch)).signal('order', order);
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
    pending: async (run, branch) => pendingActivities(client, branchId(run, branch)),
    tryNow: async (run, branch, activity) => {
      await client.workflowService.resetActivity({
        namespace: target.namespace,
        execution: { workflowId: branchId(run, branch) },
        id: activity,
      });
    },
    close: () => connection.close(),
  };
}

/** A workflow that the server never had, or that has ended meanwhile, is nothing to end. */
function ifKnown(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

const usualPriority = 3;

/** Bytes of a fairness key; names of runs are plain letters, and differ at their ends. */
const longestFairnessKey = 64;
