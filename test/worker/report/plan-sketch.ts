/** Plans for tests of pages, from a few words a step: axes are crossed, inputs matched on shared axes and else gathered. */
import type { Json } from '../../../schemas/json.ts';
import type {
  AxisValue,
  Coordinates,
  PlanCell,
  PlanGuard,
  PlanHead,
  PlanInput,
  PlanStep,
} from '../../../schemas/plan.ts';
import { cellName } from '../../../schemas/plan.ts';
import { digestOf } from '../../../schemas/identity.ts';
import { keyOf } from '../../store/sample-records.ts';

export interface SketchedStep {
  readonly step: string;
  readonly use: string;
  readonly over?: readonly string[];
  /** `step.output` by port. */
  readonly in?: { readonly [port: string]: string };
  readonly with?: { readonly [parameter: string]: Json };
  /** Axis that a seed follows, or its value. */
  readonly seeds?: { readonly [seed: string]: string | number };
  readonly when?: (at: Coordinates) => boolean;
  /** Gates that may skip it, with their verdicts. */
  readonly guards?: { readonly [gate: string]: PlanGuard['verdicts'] };
}

export interface Sketch {
  readonly study: string;
  readonly description?: string;
  readonly params: PlanHead['params'];
  readonly axes: { readonly [axis: string]: readonly AxisValue[] };
  readonly sources: readonly string[];
  readonly steps: readonly SketchedStep[];
}

export interface SketchedPlan {
  readonly head: PlanHead;
  readonly cells: readonly PlanCell[];
}

export function planOf(sketch: Sketch): SketchedPlan {
  const cells: PlanCell[] = [];
  for (const step of sketch.steps) for (const at of places(step, sketch)) cells.push(cellOf(step, at, cells));
  const steps = sketch.steps.map((step): PlanStep => {
    const needs = [...new Set(Object.values(step.in ?? {}).map(reference => stepOf(reference)))];
    const count = cells.filter(cell => cell.step === step.step).length;
    return { step: step.step, use: step.use, axes: [...(step.over ?? [])], cells: count, needs };
  });
  const gates = cells
    .filter(({ use }) => use === 'gate')
    .map(({ index, key, step, with: { claim } }) => ({
      name: step.replace('gates.', ''),
      cell: index,
      key,
      claim: typeof claim === 'string' ? claim : '',
      registered: digestOf(`registered ${step}`),
    }));
  const { study, description, params, axes, sources } = sketch;
  const head: PlanHead = {
    format: 1,
    study,
    ...(description === undefined ? {} : { description }),
    params,
    axes: Object.fromEntries(Object.entries(axes).map(([axis, values]) => [axis, [...values]])),
    sources: sources.map(path => ({ path, digest: digestOf(path) })),
    cells: cells.length,
    steps,
    branches: [],
    gates: gates.sort((a, b) => (a.name < b.name ? -1 : 1)),
    aliases: {},
  };
  return { head, cells };
}

function places({ over = [], when = () => true }: SketchedStep, { axes }: Sketch): Coordinates[] {
  const crossed = over.reduce<Coordinates[]>(
    (known, axis) => known.flatMap(at => (axes[axis] ?? []).map(value => ({ ...at, [axis]: value }))),
    [{}],
  );
  return crossed.filter(when);
}

function stepOf(reference: string): string {
  return reference.slice(0, reference.lastIndexOf('.'));
}

function cellOf(step: SketchedStep, at: Coordinates, before: readonly PlanCell[]): PlanCell {
  const seeds = Object.entries(step.seeds ?? {}).map(([seed, source]) => [seed, Number(at[source] ?? source)]);
  const inputs = Object.entries(step.in ?? {}).map(([port, reference]) => [port, inputOf(reference, at, before)]);
  const guards = Object.entries(step.guards ?? {}).map(([name, verdicts]) => {
    const gate = before.find(cell => cell.step === `gates.${name}`)!.index;
    return { gate, name, verdicts };
  });
  return {
    index: before.length,
    step: step.step,
    at,
    key: keyOf(cellName(step.step, at)),
    use: step.use,
    version: 1,
    weight: step.use === 'gate' ? 'light' : 'heavy',
    with: { ...step.with },
    seeds: Object.fromEntries(seeds),
    keep: [],
    inputs: Object.fromEntries(inputs),
    files: {},
    guards,
    resources: { cpu: 1, gpu: 0, memory: 1e9, time: 3600 },
  };
}

/** Parts of a step: those at the same values of shared axes, gathered over the others. */
function inputOf(reference: string, at: Coordinates, before: readonly PlanCell[]): PlanInput {
  const [step, output] = [stepOf(reference), reference.slice(reference.lastIndexOf('.') + 1)];
  const makers = before.filter(cell => cell.step === step);
  if (makers.length === 0) throw new Error(`the sketch has no step ${step} before a step that reads ${reference}`);
  const axes = Object.keys(makers[0]!.at).filter(axis => at[axis] === undefined);
  const parts = makers
    .filter(cell => Object.entries(cell.at).every(([axis, value]) => at[axis] === undefined || at[axis] === value))
    .map(cell => ({ cell: cell.index, key: cell.key, output, at: axes.map(axis => cell.at[axis]!) }));
  return { gathered: axes.length > 0, axes, parts, quorum: parts.length };
}
