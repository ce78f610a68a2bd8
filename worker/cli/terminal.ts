/** Where the command line writes: data to stdout, everything for people to stderr, colour only where it is seen. */
import { isatty } from 'node:tty';
import picocolors from 'picocolors';

export type Paint = ReturnType<typeof picocolors.createColors>;

export interface Terminal {
  /** A line of data. */
  readonly out: (line: string) => void;
  /** A line for people. */
  readonly say: (line: string) => void;
  /** Raw text for people: redrawn progress. */
  readonly draw: (text: string) => void;
  /** Colours of stdout and of stderr. */
  readonly paint: Paint;
  readonly paintError: Paint;
  /** stderr is a terminal that can be redrawn. */
  readonly live: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly width: () => number;
}

/** `color` is what the environment wants (NO_COLOR). A stream that is no terminal gets no colour, in continuous integration too. */
export function processTerminal(color: boolean): Terminal {
  const { stdout, stderr } = process;
  // Not `isTTY`: it is undefined outside terminals, which picocolors would take for “decide yourself”.
  const [seesOut, seesError] = [isatty(stdout.fd), isatty(stderr.fd)];
  return {
    out: line => void stdout.write(`${line}\n`),
    say: line => void stderr.write(`${line}\n`),
    draw: text => void stderr.write(text),
    paint: picocolors.createColors(color && seesOut),
    paintError: picocolors.createColors(color && seesError),
    live: seesError,
    width: () => Math.max(40, seesError ? stderr.columns : seesOut ? stdout.columns : 80),
  };
}
