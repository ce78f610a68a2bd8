/** Runs the body of a cell in this process: context, body, contract, metrics. Light cells in the worker, heavy elsewhere. */
import type { Artifact } from '../schemas/artifact.ts';
import { kindOfStep } from '../schemas/step-declaration.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import { putJson } from '../store/json-artifact.ts';
import type { Store } from '../store/store.ts';
import { createCellContext } from './cell-context.ts';
import { CellFailure, classify } from './cell-failure.ts';
import { createCheckpointing } from './checkpointing.ts';
import type { CellResult, CellTask, ExecuteCell, ExecutionHooks } from './compute.ts';
import { checkOutputs } from './output-contract.ts';
import type { ComputeResources, OutsideWork, StepBody, StepResult } from './step-body.ts';

export interface ExecutionOptions {
  readonly store: Store;
  /** Finds (and loads, where it is heavy) the body of a step kind. */
  readonly bodyOf: (kind: string) => Promise<StepBody>;
  readonly resources: ComputeResources;
  readonly checkpointSeconds: number;
  /** Looks up environment variables by name, for programs that a cell starts; none are handed on unless given. */
  readonly variables?: OutsideWork['variables'];
}

export function cellExecutor(options: ExecutionOptions): ExecuteCell {
  return async (task, hooks) => {
    try {
      return await execute(options, task, hooks);
    } catch (error) {
      throw classify(error);
    }
  };
}

async function execute(options: ExecutionOptions, task: CellTask, hooks: ExecutionHooks): Promise<CellResult> {
  const { store } = options;
  const body = await options.bodyOf(task.cell.use);
  if (body.kind.version !== task.cell.version) {
    throw new CellFailure(
      'user',
      `the plan was made for version ${task.cell.version} of \`${task.cell.use}\`, and this worker has version ${body.kind.version}: plan the study again`,
    );
  }
  const begun = performance.now();
  hooks.onBegin();
  const work = createCheckpointing(store, task.cell.key, {
    signal: hooks.signal,
    everySeconds: options.checkpointSeconds,
    fence: task.fence,
  });
  let backend: CellResult['backend'];
  const context = createCellContext({
    store,
    kind: body.kind,
    task,
    resources: options.resources,
    checkpoint: work.checkpoint,
    progress: async report => {
      const checkpoint = work.savedAt();
      hooks.onProgress(checkpoint === undefined ? report : { ...report, checkpoint });
      await work.breathe();
    },
    usesBackend: used => (backend = used),
    outside: {
      devices: hooks.devices ?? [],
      variables: options.variables ?? (() => ({})),
      signal: hooks.signal,
      onGroup: hooks.onGroup ?? (() => undefined),
    },
  });
  const result = await body.run(context);
  const kind = kindOfStep(body.kind, task.cell);
  const outputs = await allOutputs(store, kind, result);
  await checkOutputs(store, {
    kind,
    keep: task.cell.keep,
    outputs,
    inputColumns: async port => (await context.table(port)).columns,
  });
  return {
    outputs,
    notes: { ...result.notes, ...(work.foundDamaged() ? { checkpoint: 'found damaged; work began again' } : {}) },
    ...(backend === undefined ? {} : { backend }),
    seconds: work.secondsBefore() + (result.earlier?.seconds ?? 0) + (performance.now() - begun) / 1000,
    resumedAt: [...work.resumedAt(), ...(result.earlier?.resumedAt ?? [])],
  };
}

/** The body's artifacts, and its scalars as one more where its kind has any. */
async function allOutputs(store: Store, kind: StepKind, result: StepResult): Promise<Record<string, Artifact>> {
  const given = Object.entries(result.outputs).flatMap(([port, artifact]): [string, Artifact][] =>
    artifact === undefined ? [] : [[port, artifact]],
  );
  const outputs = Object.fromEntries(given);
  const declared = Object.keys(kind.metrics);
  if (declared.length === 0) return outputs;
  const reported = new Map(Object.entries(result.metrics ?? {}));
  const lacking = declared.find(metric => reported.get(metric) === undefined);
  if (lacking !== undefined)
    throw new CellFailure('user', `internal: \`${kind.kind}\` did not report its metric \`${lacking}\``);
  return { ...outputs, metrics: await putJson(store, Object.fromEntries(reported)) };
}
