/** What stands in the node of a step, and how large the node is for it. */
import type { GraphStep } from './study-graph.ts';

export interface NodeText {
  /** Pixels from a side's point to where its upper edge begins: 0 of a box, half the width of a diamond. */
  readonly point: number;
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

/** A diamond is at most so wide; a longer one has points of this length. */
const widestDiamond = 190;
const drawnOut = 30;

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
  const { width, point } = isGate ? diamondWidth(text) : { width: text + 2 * nodeType.padding, point: 0 };
  return {
    point,
    lines: lines.map(shortened),
    trouble,
    width: Math.max(narrowest, Math.ceil(width)),
    height,
  };
}

/** Text fills two fifths of a diamond's width; a long text draws the diamond out instead. */
function diamondWidth(text: number): { readonly width: number; readonly point: number } {
  const width = text * 2.5;
  return width <= widestDiamond ? { width, point: width / 2 } : { width: text + 2 * drawnOut, point: drawnOut };
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
