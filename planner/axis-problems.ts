/** Where the axes of a step and what it says of them do not fit. */
import type { Axis } from './axis.ts';
import type { FlatInput, FlatStep, Over } from './flat-step.ts';
import { listNames } from './nearest-name.ts';
import { type Place, below, keyLocation, valueLocation } from './place.ts';
import type { Planning } from './planning.ts';
import type { ShapedInput } from './shaped-step.ts';
import { columnsOf } from './table-columns.ts';
import type { PlacedTerm } from './term.ts';

/** An input has axes that the step has not, and its port gathers nothing. */
export function addGatherNotConsumed(
  step: FlatStep,
  { port, place, source }: FlatInput,
  gathered: readonly Axis[],
  { list }: Planning,
): void {
  const axes = gathered.map(({ name }) => name);
  const [first = ''] = axes;
  list.add({
    reason: 'gather-not-consumed',
    location: valueLocation(place),
    message: `\`${source.step.localName}\` has the ${axes.length === 1 ? 'axis' : 'axes'} ${listNames(axes)}, which \`${step.localName}\` does not have, and the port \`${port}\` of \`${step.localName}\` takes one artifact only.`,
    remedy: `Add \`${first}\` to \`over\`, fix it with \`at: { ${first}: … }\`, or use a step kind whose port gathers.`,
    related: [
      {
        location: valueLocation((step.over ?? step.bounds[0] ?? step).place),
        note: `the axes of \`${step.localName}\` are set here`,
      },
    ],
  });
}

/** An expression or a seed names an axis that the step has not. */
export function refuseLeftOut(
  step: FlatStep,
  terms: readonly PlacedTerm[],
  axes: readonly Axis[],
  { list }: Planning,
): void {
  for (const { place, term } of terms) {
    const left = term.axes.find(axis => !axes.includes(axis));
    if (left === undefined) continue;
    const over =
      step.over !== undefined && !step.over.axes.includes(left)
        ? step.over
        : step.bounds.find(bound => !bound.axes.includes(left));
    list.add({
      reason: 'axis-left-out',
      location: valueLocation(place),
      message: `This varies with the axis \`${left.name}\`, which \`${step.localName}\` does not have.`,
      remedy:
        over === undefined
          ? 'Resources and `on_failure` add no axes: name only axes that the step has by itself.'
          : `Add \`${left.name}\` to \`over\`, or name no \`${left.name}\` here.`,
      related: over === undefined ? [] : [{ location: keyLocation(over.place), note: 'this `over` leaves it out' }],
    });
  }
}

/** An axis in `over` along which all cells would be the same work. */
export function refuseIdleAxes(
  step: FlatStep,
  inputs: readonly ShapedInput[],
  terms: readonly PlacedTerm[],
  { list }: Planning,
): void {
  const { over, kind } = step;
  if (over === undefined || kind.keyedByAxes === true) return;
  const varying = new Set([
    ...inputs.flatMap(({ matched, scattered }) => [...matched, ...scattered]),
    ...terms.flatMap(({ term }) => term.axes),
  ]);
  for (const axis of over.axes) {
    if (varying.has(axis)) continue;
    list.add({
      reason: 'idle-axis',
      location: valueLocation(overItem(over, axis)),
      message: `Nothing in \`${step.localName}\` varies with \`${axis.name}\`${withoutColumn(inputs)}: it would run ${axis.values.length} identical cells.`,
      remedy: `Name \`${axis.name}\` in a seed or a parameter${scatterRemedy(axis, inputs)}.`,
    });
  }
}

/** Tables that could be scattered along an axis if they had its column. */
function withoutColumn(inputs: readonly ShapedInput[]): string {
  const tables = inputs.filter(({ kind, source, output }) => kind === 'table' && !columnsOf(source, output).isOpen);
  const names = listNames(tables.map(({ source, output }) => `${source.step.localName}.${output}`));
  return tables.length === 0 ? '' : `, and ${names} ${tables.length === 1 ? 'has' : 'have'} no column of that name`;
}

function scatterRemedy({ name }: Axis, inputs: readonly ShapedInput[]): string {
  const tables = inputs.filter(({ kind }) => kind === 'table');
  const open = tables.find(({ source, output }) => columnsOf(source, output).isOpen);
  if (tables.length === 0) return '';
  const ports = listNames(tables.map(({ input }) => input.port));
  if (open === undefined) return `, or give ${ports} a table with the column \`${name}\``;
  const { port, source } = open.input;
  return `; if the table at \`${port}\` has such a column, say so: \`in: { ${port}: { from: ${source.step.localName}, at: { ${name}: "\${${name}}" } } }\``;
}

/** Where an `over` names an axis. */
export function overItem({ place, axes }: Over, axis: Axis): Place {
  return below(place, axes.indexOf(axis));
}

/** A quorum of a step that gathers nothing. */
export function refuseQuorum(step: FlatStep, inputs: readonly ShapedInput[], { list }: Planning): void {
  if (step.quorum === undefined || inputs.some(input => input.isGathered)) return;
  list.add({
    reason: 'bad-quorum',
    location: keyLocation(step.quorum.place),
    message: `\`${step.localName}\` gathers nothing that a quorum could be of.`,
    remedy: 'Remove `quorum:`, or leave an axis of an input out of `over`.',
  });
}
