/** The graph of a run: the steps of its plan, how their cells stand, and which verdicts may skip which. */
import type { GraphEdge, GraphStep, StudyGraph } from './graph/study-graph.ts';
import type { RegisteredGate, StepTally } from './page-model.ts';
import type { PageSources } from './page-sources.ts';

/** All steps but the report's own: it reads from everything that a page shows. */
export function runGraph(
  { head, cells }: PageSources,
  tallies: readonly StepTally[],
  gates: readonly RegisteredGate[],
): StudyGraph {
  const verdicts = new Map(gates.map(({ outcome }) => [`gates.${outcome.name}`, verdictWords[outcome.verdict]]));
  const drawn = head.steps.filter(({ use }) => use !== 'report');
  const names = new Set(drawn.map(({ step }) => step));
  const tallyOf = new Map(tallies.map(tally => [tally.step, tally]));
  const steps = drawn.map(({ step, use, axes, cells: count }): GraphStep => {
    const verdict = verdicts.get(step);
    const tally = tallyOf.get(step);
    if (tally === undefined) throw new Error(`internal: no tally of ${step}`);
    return { step, use, axes, cells: count, states: tally.states, ...(verdict === undefined ? {} : { verdict }) };
  });
  const data = drawn.flatMap(({ step, needs }) =>
    needs.filter(need => names.has(need)).map((need): GraphEdge => ({ from: need, to: step, kind: 'data' })),
  );
  const guarded = new Set(
    cells.flatMap(({ step, guards }) => guards.map(({ gate }) => JSON.stringify([cells[gate]?.step, step]))),
  );
  const skips = head.steps.flatMap(({ step }) =>
    drawn
      .filter(other => guarded.has(JSON.stringify([step, other.step])))
      .map((other): GraphEdge => ({ from: step, to: other.step, kind: 'gate' })),
  );
  return { steps, edges: [...data, ...skips] };
}

/** Verdicts as people read them. */
export const verdictWords: { readonly [verdict in RegisteredGate['outcome']['verdict']]: string } = {
  pass: 'pass',
  fail: 'fail',
  inconclusive: 'inconclusive',
  not_estimable: 'not estimable',
  undecided: 'undecided',
};
