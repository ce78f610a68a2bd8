/** Gates that skip nothing and read from the same parts of a study, drawn as one: a study may well have dozens. */
import { compareText, groupBy } from '../../../stats/grouped-values.ts';
import type { GraphEdge, GraphStep, StudyGraph } from './study-graph.ts';

/** A gate whose verdict may skip something stays by itself, and so does one that nothing stands beside. */
export function mergeGates({ steps, edges }: StudyGraph): StudyGraph {
  const steering = new Set(edges.map(({ from }) => from));
  const plain = steps.filter(({ use, step }) => use === 'gate' && !steering.has(step));
  const merged = [...groupBy(plain, gate => partsRead(gate, edges)).values()].filter(({ length }) => length > 1);
  const standIn = new Map(merged.flatMap(members => members.map(({ step }) => [step, mergedName(members)])));
  const kept = steps.filter(({ step }) => !standIn.has(step));
  const rewired = edges.map((edge): GraphEdge => ({ ...edge, to: standIn.get(edge.to) ?? edge.to }));
  return { steps: [...kept, ...merged.map(mergedGate)], edges: rewired };
}

/** The outermost graphs or steps that a gate reads from. */
function partsRead({ step }: GraphStep, edges: readonly GraphEdge[]): string {
  const parts = edges.filter(({ to }) => to === step).map(({ from }) => from.split('.')[0]);
  return [...new Set(parts)].sort((a = '', b = '') => compareText(a, b)).join('\n');
}

function mergedName(members: readonly GraphStep[]): string {
  return `gates.${members.map(({ step }) => step.replace(/^gates\./, '')).join(', ')}`;
}

function mergedGate(members: readonly GraphStep[]): GraphStep {
  const counts = groupBy(members, ({ verdict = 'undecided' }) => verdict);
  const [first] = members;
  if (first === undefined) throw new Error('internal: a gate merged of none');
  const states = { ...first.states };
  for (const { states: other } of members.slice(1)) for (const state of stateNames) states[state] += other[state];
  return {
    step: mergedName(members),
    use: 'gate',
    axes: [],
    cells: members.length,
    states,
    verdict: [...counts].map(([verdict, { length }]) => `${length} ${verdict}`).join(', '),
  };
}

const stateNames = ['waiting', 'running', 'cached', 'done', 'failed', 'blocked', 'skipped', 'cancelled'] as const;
