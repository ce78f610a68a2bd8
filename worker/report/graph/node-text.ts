/** What stands in the node of a step, and how large the node is for it. */
import type { GraphStep } from './study-graph.ts';

export interface NodeText {
  readonly shape: 'box' | 'diamond';
  /** Lines from the top, the first in bold. */
  readonly lines: readonly string[];
  /** What is wrong with its cells; empty where nothing is. */
  readonly trouble: string;
  readonly width: number;
  readonly height: number;
}

/** Pixels. Type of one width, so that text fits its box whichever font a reader has. */
export const nodeType = { size: 12, advance: 7.3, line: 16, padding: 11 } as const;

const longestLine = 36;
const narrowest = 104;

/** A gate is a diamond with its verdict; any other step a box with the number of its cells, its kind and its axes. */
export function nodeText(step: GraphStep, label: string): NodeText {
  const trouble = troubleOf(step);
  const isGate = step.use === 'gate';
  const lines = isGate
    ? [label, step.verdict ?? 'undecided']
    : [
        step.cells === 1 ? label : `${label} ×${step.cells}`,
        step.use,
        ...(step.axes.length > 0 ? [step.axes.join(' × ')] : []),
      ];
  const shown = [...lines, ...(trouble === '' ? [] : [trouble])].map(shortened);
  const text = Math.max(...shown.map(line => line.length)) * nodeType.advance;
  const height = shown.length * nodeType.line + 2 * nodeType.padding;
  // A diamond holds text in its middle half.
  const width = isGate ? text + 2 * height : text + 2 * nodeType.padding;
  return {
    shape: isGate ? 'diamond' : 'box',
    lines: lines.map(shortened),
    trouble,
    width: Math.max(narrowest, Math.ceil(width)),
    height,
  };
}

function troubleOf({ states, cells }: GraphStep): string {
  const { failed, blocked, skipped, cancelled } = states;
  if (skipped === cells && cells > 0) return 'all skipped';
  const parts = Object.entries({ failed, blocked, cancelled, skipped });
  return parts
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}

function shortened(line: string): string {
  return line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line;
}
