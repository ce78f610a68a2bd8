/** How every cell of a drawn plan must end, by definition over the graph: no queue, no clock, no counters. */
import type { PlanCell } from '../../../schemas/plan.ts';
import type { Outcome } from '../../../workflows/frontier.ts';
import type { DrawnPlan } from './drawn-plan.ts';
import { workOf } from './work-of-cells.ts';

export type Expected =
  | { readonly end: 'done'; readonly text: string }
  | { readonly end: 'failed' }
  | { readonly end: 'called off' }
  | { readonly end: 'not run' };

/** By cell, in the order of the plan (inputs come before what needs them). */
export function expectedEnds(plan: DrawnPlan): Expected[] {
  const ends: Expected[] = [];
  for (const cell of plan.cells) ends.push(expectedEnd(plan, cell, ends));
  return ends;
}

function expectedEnd(plan: DrawnPlan, cell: PlanCell, ends: readonly Expected[]): Expected {
  if (isRuledOut(cell, ends)) return { end: 'not run' };
  const arrived = Object.entries(cell.inputs).map(
    ([port, { parts, quorum }]) => [port, quorum, parts.flatMap(part => textFrom(part, ends))] as const,
  );
  if (arrived.some(([, quorum, texts]) => texts.length < quorum)) return { end: 'not run' };
  if (plan.cancelled.has(cell.key)) return { end: 'called off' };
  const { fate, text } = workOf(
    plan,
    cell,
    arrived.map(([port, , texts]) => [port, texts]),
  );
  return fate.fate === 'fails' ? { end: 'failed' } : { end: 'done', text };
}

function isRuledOut({ guards }: PlanCell, ends: readonly Expected[]): boolean {
  return guards.some(({ gate, verdicts }) => {
    const end = ends[gate];
    return end?.end === 'done' && verdicts.some(verdict => end.text === JSON.stringify({ verdict }));
  });
}

function textFrom(
  { cell, at }: { readonly cell: number; readonly at: readonly unknown[] },
  ends: readonly Expected[],
): (readonly [number, string])[] {
  const end = ends[cell];
  return end?.end === 'done' ? [[Number(at[0]), end.text]] : [];
}

/**
 * Which ends of a cell that does not run are explained by how its inputs and gates ended: it is decided as soon as one
 * port cannot meet its quorum, so any choice of inputs that is short may have been the one.
 */
export function explainedEnds(
  cell: PlanCell,
  ends: readonly Expected[],
  outcomes: readonly Outcome['state'][],
): Set<Outcome['state']> {
  const explained = new Set<Outcome['state']>(isRuledOut(cell, ends) ? ['skipped'] : []);
  for (const { parts, quorum } of Object.values(cell.inputs)) {
    const count = (...states: Outcome['state'][]) => parts.filter(part => states.includes(outcomes[part.cell]!)).length;
    const short = parts.length - quorum + 1;
    if (count('skipped') >= short) explained.add('skipped');
    if (count('cancelled') > 0 && count('skipped', 'cancelled') >= short) explained.add('cancelled');
    if (count('failed', 'blocked') > 0 && count('failed', 'blocked', 'skipped', 'cancelled') >= short)
      explained.add('blocked');
  }
  return explained;
}
