/**
 * Checks a whole plan for what must hold of every plan: cells and parts agree, keys are those of the recipes, branches
 * partition the cells. A plan that fails is a bug of the planner; every plan made in a test is put through this.
 */
import { cellKey } from '../schemas/identity.ts';
import { type Plan, type PlanCell, type PlanInput, type PlanStep, cellName, planCellSchema } from '../schemas/plan.ts';
import { recipeOf } from '../schemas/recipe.ts';
import { kindOfStep } from '../schemas/step-declaration.ts';
import { type OutputPort, outputPorts } from '../schemas/step-kind.ts';
import type { Registry } from '../schemas/steps/registry.ts';
import { portOf } from './connect.ts';
import { faultIf, verifyBranches } from './verify-branches.ts';

/** What does not hold, one sentence each; nothing where all is well. */
export function verifyPlan(plan: Plan, registry: Registry): string[] {
  const steps = new Map(plan.steps.map(step => [step.step, step]));
  return [
    ...plan.cellList.flatMap((cell, index) =>
      verifyCell(cell, index, { plan, steps, registry }).map(fault => `${cellName(cell.step, cell.at)}: ${fault}`),
    ),
    ...verifyNames(plan),
    ...verifySteps(plan),
    ...verifyGates(plan),
    ...verifyAliases(plan, registry),
    ...verifyBranches(plan),
  ];
}

interface Context {
  readonly plan: Plan;
  readonly steps: ReadonlyMap<string, PlanStep>;
  readonly registry: Registry;
}

function verifyCell(cell: PlanCell, index: number, context: Context): string[] {
  const { plan, steps, registry } = context;
  const base = registry.get(cell.use);
  if (base === undefined) return [`its step kind ${cell.use} is unknown`];
  const kind = kindOfStep(base, cell);
  const shape = planCellSchema.safeParse(cell);
  const step = steps.get(cell.step);
  return [
    ...(shape.success ? [] : [`it has another shape: ${shape.error.message}`]),
    ...faultIf(cell.index !== index, `its index is ${cell.index}, its place ${index}`),
    ...faultIf(
      cell.version !== kind.version || cell.weight !== kind.weight,
      'version or weight is not that of its kind',
    ),
    ...faultIf(cell.key !== cellKey(recipeOf(cell, kind)), 'its key is not that of its recipe'),
    ...faultIf(step?.use !== cell.use, 'its step is not in the plan, or of another kind'),
    ...faultIf(Object.keys(cell.at).join() !== step?.axes.join(), 'its axes are not those of its step'),
    ...Object.entries(cell.at).flatMap(([axis, value]) =>
      faultIf(plan.axes[axis]?.includes(value) !== true, `${axis} has no value ${value}`),
    ),
    ...faultIf(
      Object.keys(cell.seeds).sort().join() !== kind.seeds.toSorted().join(),
      'its seeds are not those of its kind',
    ),
    ...Object.entries(cell.inputs).flatMap(([port, input]) =>
      verifyInput(cell, port, input, context).map(fault => `port ${port}: ${fault}`),
    ),
    ...Object.entries(kind.in).flatMap(([port, { optional }]) =>
      faultIf(port !== '*' && optional !== true && cell.inputs[port] === undefined, `the port ${port} is left open`),
    ),
    ...cell.guards.flatMap(({ gate, name, verdicts }) => [
      ...faultIf(
        plan.cellList[gate]?.step !== `gates.${name}` || gate >= index,
        `the guard ${name} is no gate before it`,
      ),
      ...faultIf(verdicts.length === 0, `the guard ${name} never skips`),
    ]),
  ];
}

function verifyInput(cell: PlanCell, port: string, input: PlanInput, { plan, registry }: Context): string[] {
  const kind = registry.get(cell.use);
  const spec = kind && portOf(kind, port);
  const places = new Set(input.parts.map(({ at }) => JSON.stringify(at)));
  return [
    ...faultIf(spec === undefined, 'its kind has no such port'),
    ...faultIf(
      !input.gathered && (input.parts.length !== 1 || input.axes.length > 0),
      'it is single and has not one part',
    ),
    ...faultIf(input.gathered && spec?.gathers !== true, 'it is gathered, and the port gathers nothing'),
    ...faultIf(
      input.quorum > input.parts.length,
      `its quorum ${input.quorum} is above its ${input.parts.length} parts`,
    ),
    ...faultIf(places.size < input.parts.length, 'two parts have one place'),
    ...input.parts.flatMap(part => {
      const maker = plan.cellList[part.cell];
      const output = maker && Object.entries(outputsOf(maker, registry)).find(([name]) => name === part.output)?.[1];
      return [
        ...faultIf(part.cell >= cell.index, `it needs cell ${part.cell}, which is no earlier one`),
        ...faultIf(maker?.key !== part.key, `its part has not the key of cell ${part.cell}`),
        ...faultIf(output === undefined, `cell ${part.cell} has no output ${part.output}`),
        ...faultIf(
          output?.kept !== undefined && maker?.keep.includes(output.kept) !== true,
          `cell ${part.cell} does not keep ${part.output}`,
        ),
        ...faultIf(
          spec?.kind !== 'any' && output?.kind !== spec?.kind,
          `${part.output} is of another kind than the port`,
        ),
        ...faultIf(part.at.length !== input.axes.length, 'a part has not a value for each axis'),
      ];
    }),
  ];
}

function outputsOf(cell: PlanCell, registry: Registry): { readonly [output: string]: OutputPort } {
  const kind = registry.get(cell.use);
  return kind === undefined ? {} : outputPorts(kindOfStep(kind, cell));
}

function verifyNames({ cellList, cells }: Plan): string[] {
  const names = new Set(cellList.map(({ step, at }) => cellName(step, at)));
  return [
    ...faultIf(names.size < cellList.length, 'two cells have one name'),
    ...faultIf(cells !== cellList.length, 'the number of cells is wrong'),
  ];
}

function verifySteps({ steps, cellList }: Plan): string[] {
  const counts = new Map<string, number>();
  for (const { step } of cellList) counts.set(step, (counts.get(step) ?? 0) + 1);
  const names = new Set(steps.map(({ step }) => step));
  return [
    ...steps.flatMap(({ step, cells }) =>
      faultIf(cells !== (counts.get(step) ?? 0), `the step ${step} has another number of cells`),
    ),
    ...steps.flatMap(({ step, needs }) =>
      needs.flatMap(need => faultIf(!names.has(need), `the step ${step} needs ${need}, which is none`)),
    ),
    ...faultIf(names.size < steps.length, 'two steps have one name'),
  ];
}

function verifyGates({ gates, cellList }: Plan): string[] {
  const made = cellList.filter(({ use }) => use === 'gate').length;
  return [
    ...faultIf(made !== gates.length, 'gates and cells of kind gate are not as many'),
    ...gates.flatMap(({ name, cell, key }) =>
      faultIf(
        cellList[cell]?.step !== `gates.${name}` || cellList[cell]?.key !== key,
        `the gate ${name} is another cell`,
      ),
    ),
  ];
}

function verifyAliases({ aliases, steps, cellList }: Plan, registry: Registry): string[] {
  return Object.entries(aliases).flatMap(([alias, { step, output }]) => {
    const kind = registry.get(steps.find(({ step: name }) => name === step)?.use ?? '');
    const cell = cellList.find(each => each.step === step);
    // What a step declares for itself is known from its cells alone.
    if (kind?.ownOutputs !== undefined && cell === undefined) return [];
    const own = kind && cell ? kindOfStep(kind, cell) : kind;
    return faultIf(own === undefined || !Object.hasOwn(outputPorts(own), output), `the alias ${alias} leads nowhere`);
  });
}
