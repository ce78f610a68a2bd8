/** The verdicts of a run's gates as a table, those that were not decided among them, with why. */
import { describeEnd } from '../../activities/cell-end.ts';
import type { GateOutcome } from '../../activities/report/gate-outcome.ts';
import { gateApprovalName } from '../../schemas/approval.ts';
import { describeOrder } from '../../schemas/order.ts';
import type { PlanGate } from '../../schemas/plan.ts';
import type { DecidedGate } from '../run/gate-outcomes.ts';
import type { RunView } from '../run/run-view.ts';
import { figure } from './quantities.ts';
import type { Paint } from './terminal.ts';
import { tableLines } from './text-table.ts';

export interface ShownGates {
  /** As registered, in the order of the study. */
  readonly gates: readonly PlanGate[];
  readonly decided: readonly DecidedGate[];
  readonly view: RunView;
}

const columns = [
  { title: 'verdict' },
  { title: 'gate' },
  { title: 'value', align: 'right' },
  { title: 'wanted' },
  { title: 'n', align: 'right' },
  { title: 'claim', flexible: 'wraps' },
] as const;

/** Nothing where the study has no gates. */
export function verdictLines({ gates, decided, view }: ShownGates, paint: Paint, width: number): string[] {
  if (gates.length === 0) return [];
  const colors: { readonly [verdict in GateOutcome['verdict']]: (text: string) => string } = {
    pass: paint.green,
    fail: paint.red,
    inconclusive: paint.yellow,
    not_estimable: paint.yellow,
    undecided: paint.yellow,
  };
  const rows = gates.map(gate => {
    const outcome = decided.find(({ name }) => name === gate.name);
    return outcome === undefined ? undecidedRow(gate, view) : decidedRow(outcome, approvalText(gate, view));
  });
  const { head, body } = tableLines(
    columns,
    rows.map(({ texts }) => texts),
    width,
  );
  const lines = body.flatMap(([first = '', ...more], index) => {
    const verdict = rows[index]?.verdict ?? 'undecided';
    return [colors[verdict](first.slice(0, verdict.length)) + first.slice(verdict.length), ...more];
  });
  return [paint.bold(head), ...lines];
}

/** ` (approved by ann@host: it holds)`, of a gate that a person had to approve. */
function approvalText({ name }: PlanGate, view: RunView): string {
  const decision = view.decisions().find(each => each.name === gateApprovalName(name));
  return decision === undefined ? '' : ` (${describeOrder(decision.decision, decision)})`;
}

function decidedRow({ name, claim, value, n, op, threshold, verdict }: DecidedGate, approval: string) {
  const shown = value === null ? '–' : figure(value);
  const wanted = `${op} ${figure(threshold)}`;
  return {
    verdict,
    texts: [verdict.replace('_', ' '), name, shown, wanted, n === null ? '' : String(n), `${claim}${approval}`],
  };
}

function undecidedRow({ name, claim, cell }: PlanGate, view: RunView) {
  const verdict = 'undecided' as const;
  return { verdict, texts: [verdict, name, '–', '', '', `${claim} (${describeEnd(view.cell(cell))})`] };
}
