/** `espalier approve RUN GATE|STEP`: the word that cells with `approve:` wait for. */
import { createPlanReader } from '../../../activities/plan-reader.ts';
import { gateVerdict } from '../../../activities/gate-verdict.ts';
import { nearestName } from '../../../planner/nearest-name.ts';
import { approvalNames, approvalsIn, gateApprovalName } from '../../../schemas/approval.ts';
import { describeOrder } from '../../../schemas/order.ts';
import type { PlanHead } from '../../../schemas/plan.ts';
import type { RunRecord } from '../../../schemas/run.ts';
import type { Store } from '../../../store/store.ts';
import { branchesWhere } from '../../run/deliver-orders.ts';
import { findRun } from '../../run/find-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { orderRun } from '../../run/order-run.ts';
import { thisPerson } from '../../run/person.ts';
import { readRunView } from '../../run/read-run-view.ts';
import { type Command, printJson } from '../command.ts';
import { UsageError, exitCodes } from '../exit-codes.ts';

export interface ApproveArguments {
  readonly run: string;
  /** A step, or a gate with or without `gates.` before it. */
  readonly name: string;
  readonly reason: string | undefined;
  readonly reject: boolean;
}

export const approve: Command<ApproveArguments> = async (context, given) => {
  const store = await openHomeStore(context.config.home);
  const record = await findRun(store, given.run);
  const plans = createPlanReader(store);
  const head = await plans.head(record.plan);
  const name = approvalNamed(given.name, record, head);
  const decision = given.reject ? 'rejected' : 'approved';
  await refuseTooLate(store, record, { head, name });
  const who = { by: thisPerson(), ...(given.reason === undefined ? {} : { reason: given.reason }) };
  const event = { event: 'approval-decided', at: new Date().toISOString(), name, decision, ...who } as const;
  const branches = await branchesWhere(plans, record.plan, cell => approvalNames(cell).includes(name));
  const heard = await orderRun(store, context.config, { run: record.run, event, branches });
  if (context.json) printJson(context, { run: record.run, name, decision, by: who.by, heard: heard > 0 });
  else {
    const next = given.reject ? 'what waits for it is skipped, and what needs that' : 'what waits for it starts';
    const when = heard > 0 ? '' : ' when its part of the run begins';
    context.terminal.say(`${name} is ${describeOrder(decision, who)}; ${next}${when}`);
  }
  return exitCodes.done;
};

/** A `UsageError` names what the run does ask for. */
function approvalNamed(typed: string, { run }: RunRecord, head: PlanHead): string {
  const asked = approvalsIn(head);
  const found = [typed, gateApprovalName(typed)].find(name => asked.has(name));
  if (found !== undefined) return found;
  const names = [...asked.keys()];
  if (names.length === 0) throw new UsageError(`nothing in ${run} asks for approval: no step or gate has \`approve:\``);
  const nearest = nearestName(typed, names);
  const hint = nearest === undefined ? `It asks for: ${names.join(', ')}` : `Did you mean \`${nearest}\`?`;
  throw new UsageError(`\`${typed}\` asks for no approval in ${run}. ${hint}`);
}

/** A decision stands once it is made; a run that has ended has nothing that waits; a gate is judged by its verdict. */
async function refuseTooLate(
  store: Store,
  { run }: RunRecord,
  { head, name }: { readonly head: PlanHead; readonly name: string },
): Promise<void> {
  const view = await readRunView(store, run, head.cells);
  const before = view.decisions().find(decision => decision.name === name);
  if (before !== undefined)
    throw new UsageError(`${name} was ${describeOrder(before.decision, before)} (${before.at})`);
  if (view.ended() !== undefined) throw new UsageError(`${run} has ended: nothing in it waits any more`);
  const gate = head.gates.find(each => gateApprovalName(each.name) === name);
  if (gate === undefined || (await gateVerdict(store, gate.key, run)) !== undefined) return;
  const { state } = view.cell(gate.cell);
  if (state === 'waiting' || state === 'running')
    throw new UsageError(`${name} has no verdict yet. See how it stands: espalier status ${run}`);
}
