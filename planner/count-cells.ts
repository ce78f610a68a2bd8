/** How large a study would be, counted before a single cell is made, so that one far too large fails at once. */
import { sizeOf } from './axis.ts';
import { mostCells, mostParts } from './limits.ts';
import { keyLocation, valueLocation } from './place.ts';
import type { Planning } from './planning.ts';
import type { ShapedStep } from './shaped-step.ts';

/** Whether cells and gathered parts stay within the bounds; otherwise the largest steps are listed. */
export function checkSize(steps: readonly ShapedStep[], planning: Planning): boolean {
  return checkCells(steps, planning) && checkParts(steps, planning);
}

function checkCells(steps: readonly ShapedStep[], { list, source }: Planning): boolean {
  const limit = source.declaration.limits?.cells ?? mostCells;
  const total = steps.reduce((sum, { axes }) => sum + sizeOf(axes), 0);
  if (total <= limit) return true;
  const largest = steps.toSorted((a, b) => sizeOf(b.axes) - sizeOf(a.axes));
  const [first, ...others] = largest.slice(0, 3);
  if (first === undefined) return true;
  list.add({
    reason: 'too-many-cells',
    location: keyLocation(first.step.place),
    message: `The study would have ${whole(total)} cells, and at most ${whole(limit)} are planned: ${product(first)}.`,
    remedy: `Shorten an axis or leave one out of \`over\`${total <= 1e6 ? `, or allow it with \`limits: { cells: ${total} }\`` : ''}.`,
    related: [
      ...others.map(step => ({ location: keyLocation(step.step.place), note: product(step) })),
      ...first.axes
        .toSorted((a, b) => b.values.length - a.values.length)
        .slice(0, 1)
        .map(axis => ({
          location: keyLocation(axis.place),
          note: `the longest axis has ${whole(axis.values.length)} values`,
        })),
    ],
  });
  return false;
}

function checkParts(steps: readonly ShapedStep[], { list }: Planning): boolean {
  const counts = steps.flatMap(({ axes, inputs }) =>
    inputs.map(({ input, gathered }) => ({ place: input.place, cells: sizeOf(axes), parts: sizeOf(gathered) })),
  );
  const total = counts.reduce((sum, { cells, parts }) => sum + cells * parts, 0);
  const largest = counts.toSorted((a, b) => b.cells * b.parts - a.cells * a.parts)[0];
  if (total <= mostParts || largest === undefined) return true;
  list.add({
    reason: 'too-many-parts',
    location: valueLocation(largest.place),
    message: `Inputs would gather ${whole(total)} parts, and at most ${whole(mostParts)} are planned; this one ${whole(largest.cells)} × ${whole(largest.parts)}.`,
    remedy: 'Gather in two steps: first along one axis, then along the others.',
  });
  return false;
}

function product({ step, axes }: ShapedStep): string {
  const sizes = axes.map(axis => `${axis.values.length} ${axis.name}`);
  return `\`${step.name}\` has ${sizes.length === 0 ? '1' : sizes.join(' × ')}${sizes.length > 1 ? ` = ${whole(sizeOf(axes))}` : ''}`;
}

function whole(number: number): string {
  return number.toLocaleString('en', { maximumFractionDigits: 0 });
}
