/** Lines to compare with: a threshold, chance, the value before. */
import type { ReportFigure } from '../../schemas/report.ts';
import type { Layer } from './figure-encoding.ts';
import type { PreparedFigure } from './prepared-figure.ts';

interface ReferenceLine {
  readonly value: number;
  readonly label: string | undefined;
  readonly axis: 'x' | 'y';
}

/** A dashed rule for each line, with its label; lines on an axis without numbers cannot be placed. */
export function referenceLayers({ figure, dimensions }: PreparedFigure): Layer[] {
  return referenceLines(figure)
    .filter(({ axis }) => dimensions[axis].kind === 'numeric')
    .flatMap(line => [
      rule(line),
      ...(line.label === undefined ? [] : [labelOf(line, line.label, dimensions.facet !== undefined)]),
    ]);
}

/** The reference lines that are not drawn, in a sentence each. */
export function lostReferences({ figure, dimensions }: PreparedFigure): string[] {
  return referenceLines(figure)
    .filter(({ axis }) => dimensions[axis].kind !== 'numeric')
    .map(({ value, axis }) => `No reference line at ${value}: \`${axis}\` has no numbers.`);
}

function referenceLines({ reference = [] }: ReportFigure): ReferenceLine[] {
  return reference.map(line =>
    typeof line === 'number'
      ? { value: line, label: undefined, axis: 'y' }
      : { value: line.value, label: line.label, axis: line.axis },
  );
}

function rule({ value, axis }: ReferenceLine): Layer {
  const at = { datum: value, type: 'quantitative' } as const;
  return {
    data: { values: [{}] },
    mark: { type: 'rule', strokeDash: [5, 4], opacity: 0.65, strokeWidth: 1.2 },
    encoding: axis === 'y' ? { y: at } : { x: at },
  };
}

/** Beside the plot, where no mark can be in its way; within it where a neighbour is beside it. */
function labelOf({ value, axis }: ReferenceLine, label: string, isFaceted: boolean): Layer {
  const beside = isFaceted
    ? ({ align: 'right', baseline: 'bottom', dy: -3, x: 'width', limit: 140 } as const)
    : ({ align: 'left', baseline: 'middle', dx: 5, x: 'width', limit: 120 } as const);
  const at = { datum: value, type: 'quantitative' } as const;
  return {
    data: { values: [{ label }] },
    mark:
      axis === 'y'
        ? { type: 'text', ...beside, opacity: 0.85 }
        : { type: 'text', align: 'left', baseline: 'top', dx: 4, y: 0, opacity: 0.85, limit: 260 },
    encoding: { ...(axis === 'y' ? { y: at } : { x: at }), text: { field: 'label' } },
  };
}
