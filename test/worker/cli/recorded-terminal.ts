/** A terminal whose lines a test reads; without colours, of any width. */
import picocolors from 'picocolors';
import type { Terminal } from '../../../worker/cli/terminal.ts';

export interface RecordedTerminal extends Terminal {
  /** Lines of data. */
  readonly printed: string[];
  /** Lines for people. */
  readonly told: string[];
  /** What is drawn over and over, piece by piece. */
  readonly drawn: string[];
}

export function recordedTerminal({ width = 80, live = false } = {}): RecordedTerminal {
  const [printed, told, drawn]: [string[], string[], string[]] = [[], [], []];
  const paint = picocolors.createColors(false);
  return {
    printed,
    told,
    drawn,
    out: line => void printed.push(line),
    say: line => void told.push(line),
    draw: text => void drawn.push(text),
    paint,
    paintError: paint,
    live,
    width: () => width,
  };
}
