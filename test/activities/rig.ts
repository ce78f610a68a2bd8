/** Plans of small studies with the real step kinds, in a memory store, and attempts at their cells. */
import { expect } from 'vitest';
import { type AttemptDependencies, type AttemptResult, attemptCell } from '../../activities/attempt-cell.ts';
import { CellFailure } from '../../activities/cell-failure.ts';
import type { ExecuteCell } from '../../activities/compute.ts';
import { cellExecutor } from '../../activities/execute-cell.ts';
import { bodyOf } from '../../activities/steps/bodies.ts';
import { planStudy } from '../../planner/plan-study.ts';
import { printDiagnostics } from '../../planner/print-diagnostics.ts';
import { verifyPlan } from '../../planner/verify-plan.ts';
import type { FailureClass } from '../../schemas/failure.ts';
import { type Plan, type PlanCell, cellName } from '../../schemas/plan.ts';
import type { RunOrigin } from '../../schemas/run.ts';
import { type Registry, stepKinds } from '../../schemas/steps/registry.ts';
import { writePlan } from '../../store/plan-files.ts';
import type { Store } from '../../store/store.ts';

/** Plans a study given as YAML; the plan is verified whole. */
export function planOf(text: string, set: readonly string[] = []): Plan {
  const bytes = new TextEncoder().encode(text);
  const files = { read: (path: string) => (path === 'study.yaml' ? bytes : undefined), digest: () => undefined };
  const result = planStudy(files, { file: 'study.yaml', set, registry: stepKinds });
  if (!result.ok) throw new Error(printDiagnostics(result.diagnostics, result.texts, { color: false }));
  expect(verifyPlan(result.plan, stepKinds)).toEqual([]);
  return result.plan;
}

/** A run of the plan in the store: its name, and the plan's digest. */
export async function newRun(store: Store, plan: Plan, origin?: RunOrigin): Promise<{ run: string; plan: string }> {
  const digest = await writePlan(store, plan);
  const created = new Date().toISOString();
  const record = await store.createRun({
    format: 1,
    study: plan.study,
    file: 'study.yaml',
    ...(origin === undefined ? {} : { origin }),
    plan: digest,
    gates: {},
    created,
    espalier: '0',
  });
  return { run: record.run, plan: digest };
}

export function cellNamed(plan: Plan, name: string): PlanCell {
  const found = plan.cellList.find(cell => cellName(cell.step, cell.at) === name);
  if (found === undefined)
    throw new Error(`no cell ${name} among ${plan.cellList.map(cell => cellName(cell.step, cell.at)).join(' ')}`);
  return found;
}

const environment = { host: 'here', platform: 'test', node: 'test', espalier: '0' };

/** What attempts need; `execute` stands in for the bodies where a test wants failures of its own. */
export function dependencies(
  store: Store,
  options: { execute?: ExecuteCell; exclusive?: boolean; pid?: number; kinds?: Registry } = {},
): AttemptDependencies {
  const resources = { backend: undefined, nativePackage: undefined };
  return {
    store,
    kinds: options.kinds ?? stepKinds,
    environment,
    owner: { host: 'here', pid: options.pid ?? process.pid },
    execute: options.execute ?? cellExecutor({ store, bodyOf, resources, checkpointSeconds: 30 }),
    exclusive: options.exclusive ?? false,
  };
}

const hooks = {
  signal: new AbortController().signal,
  onStart: () => undefined,
  onProgress: () => undefined,
  onVanished: () => undefined,
};

export function attempt(deps: AttemptDependencies, run: string, cell: PlanCell): Promise<AttemptResult> {
  return attemptCell(deps, run, cell, hooks);
}

/** Attempts every cell of a plan in order; how each ended. */
export async function attemptAll(deps: AttemptDependencies, run: string, plan: Plan): Promise<string[]> {
  const ends: string[] = [];
  for (const cell of plan.cellList) {
    const result = await attempt(deps, run, cell);
    ends.push(`${cellName(cell.step, cell.at)} ${'ended' in result ? result.ended.state : 'retry'}`);
  }
  return ends;
}

/** Fails with the given classes, one an attempt, then with nothing more to say. */
export function failing(...classes: FailureClass[]): ExecuteCell {
  return () => {
    const next = classes.shift();
    if (next === undefined) throw new Error('internal: no failure is left');
    return Promise.reject(new CellFailure(next, `as told: ${next}`));
  };
}
