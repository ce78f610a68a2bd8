/** How far a run is, step by step, and within a step along the axis that says most on one line. */
import { displayWidth } from '../../planner/display-width.ts';
import type { PlanCell } from '../../schemas/plan.ts';
import type { RunView } from '../run/run-view.ts';
import { type AxisIndex, type AxisProgress, axisLine, axisProgress, hasEnded, indexAxes } from './axis-progress.ts';
import { foldGates } from './fold-gates.ts';
import { count, grouped } from './quantities.ts';

export interface IndexedStep {
  readonly step: string;
  readonly use: string;
  readonly cells: readonly number[];
  /** Axes with more than one value. */
  readonly axes: AxisIndex;
}

/** Steps in the order of the plan, many gates as one; made once a run, asked often. */
export function indexSteps(cells: readonly PlanCell[]): IndexedStep[] {
  const steps = new Map<string, PlanCell[]>();
  for (const cell of cells) {
    const own = steps.get(cell.step);
    if (own === undefined) steps.set(cell.step, [cell]);
    else own.push(cell);
  }
  const indexed = [...steps].map(([step, own]) => ({
    step,
    use: own[0]?.use ?? '',
    cells: own.map(({ index }) => index),
    axes: new Map([...indexAxes(own)].filter(([, values]) => values.size > 1)),
  }));
  return foldGates(indexed, (step, gates) => ({
    step,
    use: 'gate',
    cells: gates.flatMap(gate => gate.cells),
    axes: new Map(),
  }));
}

/** Steps listed at most: those under way, which are what people look for. */
const listed = 10;

/** Lines for steps of which some cells but not all have ended, or run; the others are counted on one more line. */
export function stepLines(steps: readonly IndexedStep[], view: RunView, width: number): string[] {
  const counted = steps.map(step => ({
    ...step,
    ended: step.cells.filter(cell => hasEnded(view, cell)).length,
    isAtWork: step.cells.some(cell => view.cell(cell).state === 'running'),
  }));
  const begun = counted.filter(({ ended, cells, isAtWork }) => isAtWork || (ended > 0 && ended < cells.length));
  const shown = begun.slice(0, listed);
  const names = Math.max(0, ...shown.map(({ step }) => displayWidth(step)));
  const totals = shown.map(({ ended, cells }) => `${grouped(ended)}/${grouped(cells.length)}`);
  const numbers = Math.max(0, ...totals.map(total => total.length));
  const lines = shown.map(({ step, axes }, index) => {
    const head = `${step}${' '.repeat(names - displayWidth(step))}  ${(totals[index] ?? '').padStart(numbers)}`;
    return `${head}  ${bestAxis(axisProgress(axes, view), width - displayWidth(head) - 2)}`.trimEnd();
  });
  const complete = counted.filter(({ ended, cells }) => ended === cells.length).length;
  const rest = [
    [begun.length - shown.length, 'more under way'],
    [complete, 'complete'],
    [counted.length - begun.length - complete, 'not begun'],
  ] as const;
  const others = rest.flatMap(([number, what]) => (number > 0 ? [`${count(number, 'step')} ${what}`] : []));
  return others.length === 0 ? lines : [...lines, others.join(', ')];
}

/** The axis whose values all fit the line, the finest such; else how many values of the coarsest are complete. */
function bestAxis(axes: readonly AxisProgress[], width: number): string {
  const byValues = axes.toSorted((a, b) => a.values.length - b.values.length);
  const fits = ({ axis, values }: AxisProgress) =>
    `${axis}  ${values.map(({ value, ended, cells }) => `${value} ${ended}/${cells}`).join('  ')}`.length <= width;
  const best = byValues.findLast(fits) ?? byValues[0];
  return best === undefined ? '' : axisLine(best, width);
}
