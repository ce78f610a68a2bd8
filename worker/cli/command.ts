/** What every command is given, and what it gives back. */
import type { Config } from '../config.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface CommandContext {
  readonly config: Config;
  readonly terminal: Terminal;
  /** `--json`: one JSON value on stdout, and nothing else there. */
  readonly json: boolean;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** Flags that processes started by this one must be given as well. */
  readonly flags: {
    readonly home: string;
    readonly backend?: string;
    readonly slots?: string;
    readonly devices?: string;
  };
}

export type Command<Arguments> = (context: CommandContext, given: Arguments) => Promise<ExitCode>;

/** Prints a value as JSON on stdout. */
export function printJson({ terminal }: Pick<CommandContext, 'terminal'>, value: unknown): void {
  terminal.out(JSON.stringify(value, null, 2));
}
