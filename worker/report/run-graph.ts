/** The graph of a run: the steps of its plan, how their cells stand, and which verdicts may skip which. */
import type { PlanCell } from '../../schemas/plan.ts';
import type { GraphEdge, GraphStep, StudyGraph } from './graph/study-graph.ts';
import type { RegisteredGate, StepTally } from './page-model.ts';
import type { PageSources } from './page-sources.ts';

/** Steps that have cells, but for the report's own: it reads from everything that a page shows. */
export function runGraph(
  { head, cells }: PageSources,
  tallies: readonly StepTally[],
  gates: readonly RegisteredGate[],
): StudyGraph {
  const verdicts = new Map(gates.map(({ outcome }) => [`gates.${outcome.name}`, verdictWords[outcome.verdict]]));
  const drawn = head.steps.filter(({ use, cells: count }) => use !== 'report' && count > 0);
  const tallyOf = new Map(tallies.map(tally => [tally.step, tally]));
  const steps = drawn.map(({ step, use, axes, cells: count }): GraphStep => {
    const verdict = verdicts.get(step);
    const tally = tallyOf.get(step);
    if (tally === undefined) throw new Error(`internal: no tally of ${step}`);
    return { step, use, axes, cells: count, states: tally.states, ...(verdict === undefined ? {} : { verdict }) };
  });
  const names = new Set(steps.map(({ step }) => step));
  return { steps, edges: cellEdges(cells).filter(({ from, to }) => names.has(from) && names.has(to)) };
}

/** What cells really read, and which verdicts may skip them: a declared input may have another one stand in for it. */
function cellEdges(cells: readonly PlanCell[]): GraphEdge[] {
  const edges = new Map<string, GraphEdge>();
  const add = (from: number, to: string, kind: GraphEdge['kind']) => {
    const maker = cells[from]?.step ?? '';
    edges.set(JSON.stringify([maker, to, kind]), { from: maker, to, kind });
  };
  for (const { step, inputs, guards } of cells) {
    for (const { parts } of Object.values(inputs)) for (const { cell } of parts) add(cell, step, 'data');
    for (const { gate } of guards) add(gate, step, 'gate');
  }
  return [...edges.values()];
}

/** Verdicts as people read them. */
export const verdictWords: { readonly [verdict in RegisteredGate['outcome']['verdict']]: string } = {
  pass: 'pass',
  fail: 'fail',
  inconclusive: 'inconclusive',
  not_estimable: 'not estimable',
  undecided: 'undecided',
};
