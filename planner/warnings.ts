/** What is no mistake and yet hardly meant: axes, params and graphs that nothing uses, steps without a cell. */
import type { Plan } from '../schemas/plan.ts';
import type { Problem } from './diagnostic-list.ts';
import type { FlatStep } from './flat-step.ts';
import type { FlatStudy } from './flatten-study.ts';
import { type Place, below, keyLocation } from './place.ts';
import type { Planning } from './planning.ts';

export function addWarnings(study: FlatStudy, plan: Plan, planning: Planning): void {
  const { list, named, source } = planning;
  const { declaration, place } = source;
  const used = new Set(plan.steps.flatMap(({ axes }) => axes));
  const unusedParams = Object.keys(declaration.params).filter(name => !named.has(name));
  const unusedAxes = Object.keys(declaration.axes).filter(name => !used.has(name));
  const own = study.unusedGraphs.filter(name => source.graphs.get(name)?.place.document === place.document);
  for (const name of unusedParams) list.add(unusedParam(name, below(place, 'params', name)));
  for (const name of unusedAxes) list.add(unusedAxis(name, below(place, 'axes', name)));
  for (const name of own) list.add(unusedGraph(name, below(place, 'graphs', name)));
  for (const { localName, place: at } of stepsWithoutCells(study, plan)) list.add(withoutCells(localName, at));
}

/** Steps that have no cell in any use of their graph: in some, a parameter may well turn them off. */
function stepsWithoutCells({ steps }: FlatStudy, plan: Plan): FlatStep[] {
  const cells = new Map(plan.steps.map(step => [step.step, step.cells]));
  const declaration = ({ place }: FlatStep) => JSON.stringify([place.document.file, place.path]);
  const planned = steps.filter(step => !step.isSketch);
  const filled = new Set(planned.filter(({ name }) => (cells.get(name) ?? 0) > 0).map(declaration));
  return planned.filter(step => !filled.has(declaration(step)));
}

function unusedParam(name: string, place: Place): Problem {
  return {
    reason: 'unused-param',
    location: keyLocation(place),
    message: `Nothing uses the param \`${name}\`.`,
    remedy: 'Remove it, or name it in an expression.',
  };
}

function unusedAxis(name: string, place: Place): Problem {
  return {
    reason: 'unused-axis',
    location: keyLocation(place),
    message: `No step has the axis \`${name}\`.`,
    remedy: 'Remove it, or name it in an `over`, a seed or an expression.',
  };
}

function unusedGraph(name: string, place: Place): Problem {
  return {
    reason: 'unused-graph',
    location: keyLocation(place),
    message: `Nothing uses the graph \`${name}\`.`,
    remedy: `Use it as \`graph/${name}\`, or remove it.`,
  };
}

function withoutCells(name: string, place: Place): Problem {
  return {
    reason: 'step-without-cells',
    location: keyLocation(place),
    message: `\`${name}\` has no cell: its \`when\` is false everywhere, or nothing arrives at a required input.`,
    remedy: 'Look at its `when`, and at those of the steps it needs.',
  };
}
