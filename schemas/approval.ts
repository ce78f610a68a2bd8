/** A person's word that a step or a gate waits for: asked for in the study, given while the run is under way. */
import { z } from 'zod';

/** As written: `true`, or the question that the person is to answer. `false` is the same as nothing. */
export const approveSchema = z
  .union([z.boolean(), z.string().min(1).max(500).meta({ title: 'a question' })], {
    error: 'must be `true`, or the question that a person is to answer',
  })
  .meta({ title: 'an approval' });

/** In a plan: `true` where no question was written. */
export const approvalSchema = z.union([z.literal(true), z.string()]);
export type Approval = z.output<typeof approvalSchema>;

/** What a declaration asks for; undefined where nobody is to be asked. */
export function approvalOf(declared: boolean | string | undefined): Approval | undefined {
  return declared === false ? undefined : declared;
}

/** What a plan's head says of steps and gates that wait for a person, by the names that orders and events use. */
export function approvalsIn(head: {
  readonly steps: readonly { readonly step: string; readonly approve?: Approval | undefined }[];
  readonly gates: readonly { readonly name: string; readonly approve?: Approval | undefined }[];
}): ReadonlyMap<string, Approval> {
  const named = [
    ...head.steps.map(({ step, approve }) => [step, approve] as const),
    ...head.gates.map(({ name, approve }) => [gateApprovalName(name), approve] as const),
  ];
  return new Map(named.flatMap(([name, approve]) => (approve === undefined ? [] : [[name, approve] as const])));
}

/** A gate among steps: as its own step is called. */
export function gateApprovalName(gate: string): string {
  return `gates.${gate}`;
}

/** Names under which a cell may have to wait: its own step's, and those of gates that may skip it. */
export function approvalNames(cell: {
  readonly step: string;
  readonly use: string;
  readonly guards: readonly { readonly name: string }[];
}): string[] {
  const guards = cell.guards.map(({ name }) => gateApprovalName(name));
  // A gate itself is computed at once: the person is to see its verdict.
  return cell.use === 'gate' ? guards : [cell.step, ...guards];
}
