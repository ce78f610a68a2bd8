/** Cells, steps, gates, branches and names, put together to a plan. */
import { approvalNames, approvalsIn } from '../schemas/approval.ts';
import type { Plan, PlanCell, PlanGate, PlanStep } from '../schemas/plan.ts';
import type { Expanded } from './cell-inputs.ts';
import { cutBranches } from './cut-branches.ts';
import type { FlatGate } from './gates.ts';
import type { FlatStudy } from './flatten-study.ts';
import type { Instance } from './instance.ts';
import { keyLocation } from './place.ts';
import type { Planning } from './planning.ts';
import { resolveReference } from './resolve-reference.ts';
import type { ShapedStep } from './shaped-step.ts';
import type { SourceFile } from './source-files.ts';
import { constantValue, isConstant } from './term.ts';

interface Parts {
  readonly study: FlatStudy;
  readonly steps: readonly ShapedStep[];
  readonly expanded: Expanded;
  readonly planning: Planning;
  readonly sources: readonly SourceFile[];
}

/** Undefined where problems are listed. */
export function assemblePlan(parts: Parts): Plan | undefined {
  const { study, steps, expanded, planning, sources } = parts;
  const { declaration, place } = planning.source;
  const byStep = new Map(steps.map(shaped => [shaped.step, shaped]));
  const gates = study.gates.flatMap(gate => planGate(gate, parts) ?? []);
  if (!planning.list.hasErrors() && expanded.cells.length === 0) {
    planning.list.add({
      reason: 'no-cells',
      location: keyLocation({ ...place, path: ['steps'] }),
      message: 'The study has no cell: it has no steps, or every `when` is false.',
      remedy: 'Add a step, or look at the `when`s.',
    });
  }
  if (planning.list.hasErrors()) return undefined;
  const planned = study.steps.flatMap(step => planStep(byStep.get(step), expanded));
  return {
    study: declaration.study,
    ...(declaration.description === undefined ? {} : { description: declaration.description }),
    params: paramValues(study.root),
    axes: Object.fromEntries([...planning.axes].map(([name, axis]) => [name, [...(axis?.values ?? [])]])),
    sources: [...sources],
    cells: expanded.cells.length,
    steps: planned,
    gates,
    aliases: Object.fromEntries(aliasesIn(study.root)),
    cellList: expanded.cells,
    branchList: cutBranches(expanded.cells, waitsForPerson(planned, gates)),
  };
}

function waitsForPerson(steps: readonly PlanStep[], gates: readonly PlanGate[]): (cell: PlanCell) => boolean {
  const asked = approvalsIn({ steps, gates });
  return cell => approvalNames(cell).some(name => asked.has(name));
}

function planGate(gate: FlatGate, { steps, expanded, planning }: Parts): PlanGate | undefined {
  const shaped = steps.find(({ step }) => step === gate.step);
  if (shaped === undefined || planning.faulty.has(gate.step)) return undefined;
  const place = expanded.places.get(shaped)?.[0];
  const cell = place?.kind === 'cell' ? expanded.cells[place.cell] : undefined;
  if (cell !== undefined)
    return {
      name: gate.name,
      cell: cell.index,
      key: cell.key,
      claim: gate.claim,
      registered: gate.registered,
      ...(gate.approve === undefined ? {} : { approve: gate.approve }),
    };
  planning.list.add({
    reason: 'gate-without-input',
    location: keyLocation(gate.place),
    message: `The gate \`${gate.name}\` has nothing to decide on: no cell makes what it reads.`,
    remedy: 'Look at the `when`s of the steps it reads, or remove the gate.',
  });
  return undefined;
}

function planStep(shaped: ShapedStep | undefined, { places }: Expanded): PlanStep[] {
  if (shaped === undefined) return [];
  const { step, axes, inputs } = shaped;
  const cells = places.get(shaped)?.filter(place => place?.kind === 'cell').length ?? 0;
  const needs = [...new Set(inputs.map(({ source }) => source.step.name))];
  const approve = step.approve === undefined ? {} : { approve: step.approve };
  return [{ step: step.name, use: step.kind.kind, axes: axes.map(({ name }) => name), cells, needs, ...approve }];
}

function paramValues({ scope }: Instance): Plan['params'] {
  // Params are the constant terms of the study's scope; axes are not constant.
  return Object.fromEntries(
    [...scope].flatMap(([name, term]) => (isConstant(term) ? [[name, constantValue(term)] as const] : [])),
  );
}

/** Out-ports of graph uses, at any depth, as names of the outputs behind them. */
function aliasesIn(instance: Instance): [string, { readonly step: string; readonly output: string }][] {
  return [...instance.members].flatMap(([name, member]) => {
    if (member.kind !== 'graph') return [];
    const ports = Object.keys(member.instance.graph?.declaration.out ?? {});
    const own = ports.flatMap((port): [string, { step: string; output: string }][] => {
      const resolution = resolveReference(instance, `${name}.${port}`);
      if (resolution.kind !== 'source') return [];
      const { step, output } = resolution.source;
      return [[`${instance.prefix}${name}.${port}`, { step: step.name, output }]];
    });
    return [...own, ...aliasesIn(member.instance)];
  });
}
