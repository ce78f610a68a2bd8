/** `--resources [STEP:]cpu=2,gpu=1,memory=8GB,time=2h`: what cells that are run again ask for, instead of what was planned. */
import { nearestName, suggestion } from '../../planner/nearest-name.ts';
import { ResourceProblem, resourcesOf } from '../../planner/resources.ts';
import type { Plan, PlanCell } from '../../schemas/plan.ts';
import type { Resources } from '../../schemas/step-kind.ts';
import { stepKinds } from '../../schemas/steps/registry.ts';
import { UsageError } from '../cli/exit-codes.ts';

const names = ['cpu', 'gpu', 'memory', 'time'] as const satisfies readonly (keyof Resources)[];

interface ResourceFlag {
  readonly text: string;
  /** The step, or the use of a graph, that it is said of; all cells without one. */
  readonly step: string | undefined;
  readonly words: readonly (readonly [keyof Resources, string])[];
}

/** The plan with other resources for the cells in `made`; keys stay. A `UsageError` for what is no resource, no step, or changes nothing. */
export function withResources(plan: Plan, made: readonly PlanCell[], flags: readonly string[]): Plan {
  if (flags.length === 0) return plan;
  const cells = new Map(made.map(cell => [cell.index, cell]));
  for (const flag of flags.map(readFlag)) {
    const concerned = concernedCells(plan, [...cells.values()], flag);
    for (const cell of concerned) cells.set(cell.index, { ...cell, resources: changed(cell, flag) });
  }
  return { ...plan, cellList: plan.cellList.map(cell => cells.get(cell.index) ?? cell) };
}

function readFlag(text: string): ResourceFlag {
  const [, step, list = ''] = /^(?:([^:=,]+):)?(.*)$/s.exec(text) ?? [];
  const words = list.split(',').map(word => {
    const [, name = '', value = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(word) ?? [];
    const known = names.find(each => each === name);
    if (known !== undefined) return [known, value] as const;
    const nearest = nearestName(name, names);
    throw wrong(
      text,
      name === ''
        ? `\`${word.trim()}\` is no \`name=value\``
        : `there is no resource \`${name}\`; ${nearest === undefined ? `there are ${names.join(', ')}` : `did you mean \`${nearest}\`?`}`,
    );
  });
  return { text, step, words };
}

function concernedCells(plan: Plan, made: readonly PlanCell[], { text, step }: ResourceFlag): readonly PlanCell[] {
  const isMeant = (name: string) => step === undefined || name === step || name.startsWith(`${step}.`);
  const steps = plan.steps.map(each => each.step);
  if (step !== undefined && !steps.some(isMeant))
    throw wrong(text, `the study has no step \`${step}\`; ${suggestion(step, steps, 'step')}`);
  const cells = made.filter(cell => isMeant(cell.step));
  const heavy = cells.filter(cell => cell.weight === 'heavy');
  if (step !== undefined && cells.length === 0) throw wrong(text, `no cell of \`${step}\` is run again`);
  if (cells.length > 0 && heavy.length === 0)
    throw wrong(text, 'every cell that it is said of is light: light cells share the worker and ask for nothing');
  return heavy;
}

function changed(cell: PlanCell, { text, words }: ResourceFlag): PlanCell['resources'] {
  const kind = stepKinds.get(cell.use);
  if (kind === undefined) throw wrong(text, `this version knows no step kind \`${cell.use}\` (${cell.step})`);
  try {
    const said = resourcesOf(kind, new Map(words));
    return { ...cell.resources, ...Object.fromEntries(words.map(([name]) => [name, said[name]])) };
  } catch (error) {
    if (error instanceof ResourceProblem) throw wrong(text, error.message);
    throw error;
  }
}

function wrong(text: string, message: string): UsageError {
  return new UsageError(
    `--resources ${text}: ${message}.\nWrite, for instance, --resources memory=8GB,time=2h or --resources main.em:cpu=2`,
  );
}
