/** What persons still have to approve before cells of a branch start, and what they have rejected. */
import { approvalNames, approvalsIn, gateApprovalName } from '../schemas/approval.ts';
import type { CellApproval } from '../schemas/engine.ts';
import type { PlanCell, PlanGuard, PlanHead } from '../schemas/plan.ts';
import type { RunOrders } from './order-reader.ts';

export interface CellApprovals {
  /** Those that nobody has decided yet. */
  readonly open: (cell: PlanCell) => readonly CellApproval[];
  /** Who rejected what the cell asks for, and why. */
  readonly rejection: (cell: PlanCell) => string | undefined;
  /** Whether a guard waits for a person who has seen the gate's verdict. */
  readonly isHeld: (guard: PlanGuard) => boolean;
}

/** `outside`: the verdicts of gates in branches that have ended. */
export function cellApprovals(
  head: PlanHead,
  { decisions }: Pick<RunOrders, 'decisions'>,
  outside: ReadonlyMap<number, string>,
): CellApprovals {
  const asked = approvalsIn(head);
  const isOpen = (name: string) => asked.has(name) && !decisions.has(name);
  const consequence = ({ gate, name, verdicts }: PlanGuard): CellApproval => {
    const verdict = outside.get(gate);
    return {
      name: gateApprovalName(name),
      gate: { cell: gate, verdicts, ...(verdict === undefined ? {} : { verdict }) },
    };
  };
  const isHeld = ({ name }: PlanGuard) => isOpen(gateApprovalName(name));
  return {
    open: cell => [
      ...(cell.use !== 'gate' && isOpen(cell.step) ? [{ name: cell.step }] : []),
      ...cell.guards.filter(isHeld).map(consequence),
    ],
    rejection: cell =>
      approvalNames(cell)
        .filter(name => asked.has(name))
        .map(name => decisions.get(name))
        .find(given => given?.decision === 'rejected')?.reason,
    isHeld,
  };
}
