/** The gates of a plan with how they came out and what followed. */
import type { z } from 'zod';
import { counted } from '../../activities/report/format-value.ts';
import type { GateOutcome } from '../../activities/report/gate-outcome.ts';
import { gateApprovalName } from '../../schemas/approval.ts';
import { describeOrder } from '../../schemas/order.ts';
import { type PlanCell, type PlanGate, cellName } from '../../schemas/plan.ts';
import { gate as gateKind } from '../../schemas/steps/gate.ts';
import { groupBy } from '../../stats/grouped-values.ts';
import type { RegisteredGate } from './page-model.ts';
import type { PageSources } from './page-sources.ts';

type GateParameters = z.output<(typeof gateKind)['with']>;

export function registeredGates(sources: PageSources): RegisteredGate[] {
  return sources.head.gates.map(gate => {
    const cell = sources.cells[gate.cell];
    if (cell === undefined) throw new Error(`internal: the plan has no cell ${gate.cell} for gate ${gate.name}`);
    const parameters = gateKind.with.parse(cell.with);
    const outcome = outcomeOf(gate, parameters, sources);
    return {
      outcome,
      estimand: estimandWords(parameters, cell, sources.cells),
      registered: gate.registered,
      cell: { key: gate.key, name: cellName(cell.step, cell.at) },
      followed: followedBy(gate, outcome.verdict, sources),
      ...approvalOf(gate, sources),
    };
  });
}

function approvalOf({ name }: PlanGate, { view }: PageSources): { readonly approval?: string } {
  const decision = view.decisions().find(each => each.name === gateApprovalName(name));
  if (decision === undefined) return {};
  return {
    approval: `${describeOrder(decision.decision, decision)} (${decision.at.slice(0, 16).replace('T', ' ')} UTC)`,
  };
}

/** From the drawn report; without one, what the plan and the log say. */
function outcomeOf(gate: PlanGate, parameters: GateParameters, { body, view }: PageSources): GateOutcome {
  const drawn = body?.gates.find(({ name }) => name === gate.name);
  if (drawn !== undefined && drawn.verdict !== 'undecided') return drawn;
  const { name, claim, group = null, op, threshold, needs } = parameters;
  const { state, reason, verdict } = view.cell(gate.cell);
  const open =
    verdict === undefined ? `its cell is ${state}` : `its verdict is ${verdict}; the numbers come with the report`;
  const why = reason ?? open;
  return { name, claim, group, op, threshold, needs, verdict: 'undecided', reason: why };
}

/** `mean of alignment in removed.score minus …, divided by …`. */
function estimandWords(
  { value, minus, divide, absolute }: GateParameters,
  cell: PlanCell,
  cells: readonly PlanCell[],
): string {
  const operand = (port: string, quantity: GateParameters['value']) => {
    const part = cell.inputs[port]?.parts[0]?.cell;
    const step = part === undefined ? '' : ` of ${cells[part]?.step ?? ''}`;
    if ('metric' in quantity) return `${quantity.metric}${step}`;
    const { column, take, where } = quantity;
    return `${take} of ${column}${where === undefined ? '' : ` where ${where}`}${step}`;
  };
  const words = [
    operand('value', value),
    ...(minus === undefined ? [] : [`minus ${operand('minus', minus)}`]),
    ...(divide === undefined ? [] : [`divided by ${operand('divide', divide)}`]),
  ].join(', ');
  return absolute ? `absolute value of ${words}` : words;
}

/** Steps whose cells this gate's verdict skipped. */
function followedBy({ name }: PlanGate, verdict: GateOutcome['verdict'], { cells, view }: PageSources): string[] {
  const skipped = cells.filter(
    ({ index, guards }) =>
      view.cell(index).state === 'skipped' &&
      guards.some(guard => guard.name === name && guard.verdicts.some(each => each === verdict)),
  );
  const steps = groupBy(skipped, ({ step }) => step);
  return [...steps].map(([step, members]) => `${step} skipped (${counted(members.length, 'cell')})`);
}
