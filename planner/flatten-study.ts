/** The study with its graphs expanded in place, its gates and its report as steps, and every input connected. */
import { type Connections, connect } from './connect.ts';
import type { FlatStep } from './flat-step.ts';
import { type FlatGate, readGates } from './gates.ts';
import { type Instance, stepsOf } from './instance.ts';
import { instantiateStudy, sketchGraph } from './instantiate.ts';
import type { Planning } from './planning.ts';
import { readReport } from './report.ts';
import type { Scope } from './term.ts';
import { checkUnusedParts } from './unused-graph-parts.ts';

export interface FlatStudy {
  readonly root: Instance;
  /** In the order of the study, then gates, then the report, then sketches of graphs that nothing uses. */
  readonly steps: readonly FlatStep[];
  readonly connections: Connections;
  readonly gates: readonly FlatGate[];
  /** Graphs that no step of the study leads to. */
  readonly unusedGraphs: readonly string[];
}

export function flattenStudy(planning: Planning, scope: Scope): FlatStudy {
  const root = instantiateStudy(planning, scope);
  const used = graphsBelow(root);
  const sketches: Instance[] = [];
  const unusedGraphs: string[] = [];
  const seen = new Set(used);
  for (const [name, definition] of planning.source.graphs) {
    if (!used.has(name)) unusedGraphs.push(name);
    if (definition === undefined || seen.has(name)) continue;
    const sketch = sketchGraph(definition, planning);
    for (const graph of [name, ...graphsBelow(sketch)]) seen.add(graph);
    sketches.push(sketch);
  }
  const connections: Connections = new Map();
  for (const instance of [root, ...sketches]) connect(instance, planning, connections);
  const gates = readGates(root, planning);
  const report = readReport(root, gates, planning);
  for (const { step, inputs } of [...gates, ...(report === undefined ? [] : [report])]) connections.set(step, inputs);
  for (const instance of [root, ...sketches]) checkUnusedParts(instance, planning);
  const steps = [
    ...stepsOf(root),
    ...gates.map(gate => gate.step),
    ...(report === undefined ? [] : [report.step]),
    ...sketches.flatMap(stepsOf),
  ];
  return { root, steps, connections, gates, unusedGraphs };
}

function graphsBelow(instance: Instance): Set<string> {
  const names = new Set<string>();
  for (const member of instance.members.values()) {
    if (member.kind !== 'graph') continue;
    if (member.instance.graph !== undefined) names.add(member.instance.graph.name);
    for (const name of graphsBelow(member.instance)) names.add(name);
  }
  return names;
}
