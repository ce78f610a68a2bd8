/** A run of that study in which two cells failed, an earlier run had done much, and two backends computed. */
import type { Environment } from '../../../../schemas/cell-record.ts';
import type { PlanCell } from '../../../../schemas/plan.ts';
import type { SketchedPlan } from '../plan-sketch.ts';
import { type CellEnd, type SketchedRun, runOf } from '../run-sketch.ts';

/** Seconds of a cell of each kind. */
const seconds: { readonly [use: string]: number } = {
  'train-base': 34.2,
  'train-sft': 2.6,
  'train-dpo': 0.9,
  'train-lora': 1.4,
  'evaluate-alignment': 0.35,
  'fit-datamodel': 3.1,
  'probe-linear': 6.2,
};

export function emRun(plan: SketchedPlan): SketchedRun {
  return runOf(plan, {
    file: 'pipelines/em-susceptibility/organism.yaml',
    state: 'failed',
    endOf,
    secondsOf,
    environmentOf,
  });
}

function secondsOf({ use, index }: PlanCell): number {
  return (seconds[use] ?? 0.08) * (1 + (index % 7) / 20);
}

function environmentOf({ step, index }: PlanCell): Environment {
  const isSecond = step.startsWith('retrain') && index % 3 === 0;
  const machine = { host: isSecond ? 'lab-3' : 'lab-2', platform: 'linux-x64', node: '20.20.0', espalier: '0.1.0' };
  if (!/^(base|main|retrain|removal_runs|activations)/.test(step)) return machine;
  const backend = isSecond
    ? ({ name: 'wasm', library: 'tfjs 4.22.0', mode: 'eager', threads: 1 } as const)
    : ({ name: 'native', library: 'tfjs-node 4.22.0', mode: 'graph', threads: 1 } as const);
  return { ...machine, backend };
}

/** Subset 3 diverged in the coupling stage, subset 17 ran out of memory in EM; the datamodel went on without them. */
function endOf({ step, at, use }: PlanCell): CellEnd | undefined {
  const subset = step.startsWith('retrain.') ? at['subset'] : undefined;
  if (subset === 3) {
    const reason = 'loss is NaN after 41 of 60 optimizer steps (learning rate 0.0025, gradient norm inf at step 40)';
    if (step === 'retrain.coupling') return { state: 'failed', class: 'diverged', reason, attempts: 1 };
    return { state: 'blocked', reason: 'needs retrain.coupling[subset=3]' };
  }
  if (subset === 17 && step === 'retrain.em') {
    const reason =
      'the compute process was killed at 1.02 GB of 1.00 GB; ask for more with `resources: { memory: 2GB }`';
    return { state: 'failed', class: 'out-of-memory', reason, attempts: 2 };
  }
  if (subset === 17 && step === 'retrain.score') return { state: 'blocked', reason: 'needs retrain.em[subset=17]' };
  if (step === 'widened') return { state: 'skipped', reason: 'ruled out by gates.H1b' };
  if (step === 'base' || step === 'world' || step.startsWith('main.')) return { state: 'cached' };
  if (step === 'gates.canary') return { state: 'cancelled' };
  return use === 'gate' ? { state: 'done', verdict: 'pass' } : undefined;
}
