/** `--resources [STEP:]cpu=2,gpu=1,memory=8GB,time=2h`: what cells that are run again ask for, instead of what was planned. */
import { suggestion } from '../../planner/nearest-name.ts';
import { ResourceProblem, resourcesOf } from '../../planner/resources.ts';
import type { Plan, PlanCell } from '../../schemas/plan.ts';
import type { Resources } from '../../schemas/step-kind.ts';
import { noOp } from '../../schemas/steps/no-op.ts';
import { UsageError } from '../cli/exit-codes.ts';

const names = ['cpu', 'gpu', 'memory', 'time'] as const satisfies readonly (keyof Resources)[];

interface ResourceFlag {
  readonly text: string;
  /** The step, or the use of a graph, that it is said of; all cells without one. */
  readonly step: string | undefined;
  readonly resources: Partial<Resources>;
}

/**
 * The plan with other resources for the cells in `made`; keys stay. A `UsageError` for what is no resource, no step, or
 * would change nothing.
 */
export function withResources(plan: Plan, made: readonly PlanCell[], flags: readonly string[]): Plan {
  if (flags.length === 0) return plan;
  const cells = new Map(made.map(cell => [cell.index, cell]));
  for (const flag of flags.map(readFlag)) {
    for (const cell of concernedCells(plan, [...cells.values()], flag))
      cells.set(cell.index, { ...cell, resources: { ...cell.resources, ...flag.resources } });
  }
  return { ...plan, cellList: plan.cellList.map(cell => cells.get(cell.index) ?? cell) };
}

function readFlag(text: string): ResourceFlag {
  const [, step, list = ''] = /^(?:([^:=,]+):)?(.*)$/s.exec(text) ?? [];
  const words = list.split(',').map(word => readWord(text, word));
  try {
    // Whose defaults fill the rest does not matter: only what is said is taken.
    const said = resourcesOf(noOp, new Map(words));
    return { text, step, resources: Object.fromEntries(words.map(([name]) => [name, said[name]])) };
  } catch (error) {
    if (error instanceof ResourceProblem) throw wrong(text, error.message);
    throw error;
  }
}

function readWord(text: string, word: string): readonly [keyof Resources, string] {
  const [, name = '', value = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(word) ?? [];
  const known = names.find(each => each === name);
  if (known !== undefined) return [known, value];
  throw wrong(
    text,
    name === ''
      ? `\`${word.trim()}\` is no \`name=value\``
      : `there is no resource \`${name}\`; ${suggestion(name, names, 'resource')}`,
  );
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

function wrong(text: string, message: string): UsageError {
  const sentence = /[.?]$/.test(message) ? message : `${message}.`;
  return new UsageError(
    `--resources ${text}: ${sentence}\nWrite, for instance, --resources memory=8GB,time=2h or --resources main.em:cpu=2`,
  );
}
