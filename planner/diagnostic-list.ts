/** Collects what is wrong, so that all of it can be told at once. */
import type { Diagnostic, Location } from '../schemas/diagnostic.ts';
import { type DiagnosticReason, diagnosticCodes } from './diagnostic-codes.ts';
import { mostDiagnostics } from './limits.ts';

export interface Problem {
  readonly reason: DiagnosticReason;
  readonly location: Location;
  readonly message: string;
  readonly remedy: string;
  readonly related?: readonly { readonly location: Location; readonly note: string }[];
}

export interface DiagnosticList {
  readonly add: (problem: Problem) => void;
  /** How often `add` was called; a graph used twice tells its problems twice, but they are listed once. */
  readonly reported: () => number;
  readonly hasErrors: () => boolean;
  /** In the order of the text, one per place and message. */
  readonly errors: () => Diagnostic[];
  readonly warnings: () => Diagnostic[];
}

export function diagnosticList(): DiagnosticList {
  const found = new Map<string, Diagnostic>();
  let reported = 0;
  const sorted = (isWanted: (diagnostic: Diagnostic) => boolean) =>
    [...found.values()].filter(isWanted).sort(byPlace).slice(0, mostDiagnostics);
  return {
    add: ({ reason, location, message, remedy, related }) => {
      reported++;
      const { code } = diagnosticCodes[reason];
      const key = JSON.stringify([code, location, message]);
      if (!found.has(key)) found.set(key, { code, message, remedy, location, related: [...(related ?? [])] });
    },
    reported: () => reported,
    hasErrors: () => [...found.values()].some(isError),
    errors: () => sorted(isError),
    warnings: () => sorted(diagnostic => !isError(diagnostic)),
  };
}

function isError({ code }: Diagnostic): boolean {
  return code.startsWith('E');
}

function byPlace({ location: a }: Diagnostic, { location: b }: Diagnostic): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
