/** What waits for a person, with the question asked and the command that answers it. */
import { count } from './quantities.ts';

export interface Awaited {
  readonly name: string;
  readonly question?: string | undefined;
  /** Undefined where more may join. */
  readonly cells?: number;
}

/** The name, how much waits for it and the question; then the command, alone on its line so that it can be copied. */
export function awaitedLines(run: string, { name, question, cells }: Awaited): string[] {
  const waiting = cells === undefined ? '' : ` (${count(cells, 'cell')})`;
  return [
    `approve  ${name}${waiting}${question === undefined ? ' waits for a person' : `: ${question}`}`,
    `         espalier approve ${run} ${name}`,
  ];
}
