/**
 * Gives every step its axes, the way einsum does: inputs are matched on the axes they share with the step, further axes
 * of an input are gathered, and a table with a column named like an axis of the step is scattered.
 */
import { type Axis, unionOfAxes } from './axis.ts';
import { type AtSplit, splitAt } from './at-clauses.ts';
import { addGatherNotConsumed, refuseIdleAxes, refuseLeftOut, refuseQuorum } from './axis-problems.ts';
import { checkColumns } from './check-columns.ts';
import type { Connections } from './connect.ts';
import { type Effects, addIdle, excuse, noteBound } from './effects.ts';
import type { FlatInput, FlatStep } from './flat-step.ts';
import { valueLocation } from './place.ts';
import { changeTerms } from './on-failure.ts';
import { type Planning, blaming } from './planning.ts';
import type { ShapedInput, ShapedStep, StandIn } from './shaped-step.ts';
import type { Guards } from './step-order.ts';
import { columnsOf, tablesOf } from './table-columns.ts';
import type { PlacedTerm } from './term.ts';

/** Steps in order → shaped steps; faulty ones and what depends on them are left out. */
export function shapeSteps(
  ordered: readonly FlatStep[],
  connections: Connections,
  guards: Guards,
  planning: Planning,
): ReadonlyMap<FlatStep, ShapedStep> {
  const shaped = new Map<FlatStep, ShapedStep>();
  const effects: Effects = { clauses: new Set(), quorums: new Set(), bounds: new Map() };
  for (const step of ordered) {
    const inputs = connections.get(step) ?? [];
    const sources = inputs.flatMap(input => shaped.get(input.source.step) ?? []);
    const gates = (guards.get(step) ?? []).map(({ gate }) => gate.step);
    const isDoomed =
      planning.faulty.has(step) || sources.length < inputs.length || gates.some(gate => !shaped.has(gate));
    if (isDoomed || !isKnown(step, inputs)) {
      planning.faulty.add(step);
      excuse(step, inputs, effects);
    } else {
      const found = blaming(planning, step, () => shapeStep(step, inputs, { shaped, guards, effects, planning }));
      if (planning.faulty.has(step)) excuse(step, inputs, effects);
      else shaped.set(step, found);
    }
  }
  const clauses = [...connections.values()].flat().flatMap(({ source }) => source.at);
  const quorums = [...connections.values()].flat().flatMap(({ quorum }) => quorum ?? []);
  addIdle(new Set(clauses), new Set(quorums), effects, planning);
  return shaped;
}

/** Whether all that it says has a value: not in a sketch, and not where a param or an axis that it names has problems. */
function isKnown(step: FlatStep, inputs: readonly FlatInput[]): boolean {
  const terms = [...termsOf(step), ...idleTermsOf(step), ...inputs.flatMap(({ source }) => source.at)];
  const overs = [...(step.over === undefined ? [] : [step.over]), ...step.bounds];
  return !step.isSketch && terms.every(({ term }) => term.known) && overs.every(over => over.isComplete);
}

interface Shaping {
  readonly shaped: ReadonlyMap<FlatStep, ShapedStep>;
  readonly guards: Guards;
  readonly effects: Effects;
  readonly planning: Planning;
}

/** An input once its `at` is applied. */
interface OpenInput extends AtSplit {
  readonly input: FlatInput;
  readonly source: ShapedStep;
}

function shapeStep(step: FlatStep, inputs: readonly FlatInput[], shaping: Shaping): ShapedStep {
  const { shaped, guards, effects, planning } = shaping;
  const open = inputs.flatMap((input): OpenInput[] => {
    const source = shaped.get(input.source.step);
    return source === undefined ? [] : [{ input, source, ...splitAt(input, source, effects.clauses, planning) }];
  });
  const terms = [...termsOf(step), ...open.flatMap(({ fixed, selected }) => [...fixed, ...selected])];
  const axes = axesOf(step, [...open.map(({ remaining }) => remaining), ...terms.map(({ term }) => term.axes)]);
  for (const bound of step.bounds) noteBound(bound, axes, effects);
  refuseLeftOut(step, [...terms, ...idleTermsOf(step)], axes, planning);
  const shapedInputs = open.map(input => shapeInput(step, input, axes, shaping));
  refuseIdleAxes(step, shapedInputs, terms, planning);
  refuseQuorum(step, shapedInputs, planning);
  for (const input of shapedInputs) checkColumns(step, input, planning);
  return {
    step,
    axes,
    inputs: shapedInputs,
    guards: guards.get(step) ?? [],
    standIn: standInOf(step, shapedInputs, planning),
    tables: tablesOf(step, shapedInputs),
  };
}

/** What adds no axes: cells that differ in nothing but resources, or in what follows a failure, would be the same work. */
function idleTermsOf({ resources, onFailure }: FlatStep): PlacedTerm[] {
  return [...resources.values(), ...changeTerms(onFailure)];
}

/** Everything that may name axes. */
function termsOf(step: FlatStep): PlacedTerm[] {
  const { parameters, seeds, conditions, when } = step;
  return [...parameters.values(), ...seeds.values(), ...conditions, ...(when === undefined ? [] : [when])];
}

/** Those of its `over`, or all that its inputs, seeds and expressions have; never one that a graph use leaves out. */
function axesOf({ over, bounds }: FlatStep, lists: readonly (readonly Axis[])[]): readonly Axis[] {
  const wanted = over === undefined ? unionOfAxes(lists) : unionOfAxes([over.axes]);
  return wanted.filter(axis => bounds.every(bound => bound.axes.includes(axis)));
}

function shapeInput(
  step: FlatStep,
  open: OpenInput,
  axes: readonly Axis[],
  { effects, planning }: Shaping,
): ShapedInput {
  const { input, source, remaining, fixed, selected } = open;
  const { output } = input.source;
  const gathered = remaining.filter(axis => !axes.includes(axis));
  const kind = Object.entries(source.step.kind.out).find(([name]) => name === output)?.[1].kind ?? 'json';
  if (gathered.length > 0 && input.spec.gathers !== true) addGatherNotConsumed(step, input, gathered, planning);
  const isGathered = gathered.length > 0 || input.isList;
  const quorum = input.quorum ?? (isGathered ? step.quorum : undefined);
  if (isGathered && quorum !== undefined) effects.quorums.add(quorum);
  const { columns } = columnsOf(source, output);
  const scattered = axes.filter(
    axis =>
      kind === 'table' &&
      !source.axes.includes(axis) &&
      columns.has(axis.name) &&
      !selected.some(clause => clause.axis === axis),
  );
  const matched = remaining.filter(axis => axes.includes(axis));
  return { input, source, output, kind, matched, gathered, fixed, selected, scattered, isGathered, quorum };
}

/** The input that `else` names, and the output it replaces. */
function standInOf(step: FlatStep, inputs: readonly ShapedInput[], { list }: Planning): StandIn | undefined {
  if (step.standIn === undefined) return undefined;
  const { port, place } = step.standIn;
  const input = inputs.find(each => each.input.port === port);
  // An optional in-port that is left open: nothing stands in then.
  if (input === undefined) return undefined;
  const output = Object.entries(step.kind.out).find(
    ([, { kind, kept }]) => kind === input.kind && kept === undefined,
  )?.[0];
  if (output !== undefined && !input.isGathered) return { input, output };
  list.add({
    reason: 'bad-else',
    location: valueLocation(place),
    message: input.isGathered
      ? `The input \`${port}\` is gathered from several cells and cannot stand in for one output.`
      : `\`${step.localName}\` has no output of the kind of its input \`${port}\` that it could stand in for.`,
    remedy: 'Name an input of the same kind as the output.',
  });
  return undefined;
}
