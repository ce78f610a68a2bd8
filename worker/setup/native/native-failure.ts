/** Why the native backend cannot be had here, and what would change that. */
import { type CommandResult, describeResult } from '../processes/run-command.ts';

/** Thrown while it is built; never leaves haveNativeBackend. */
export class NativeFailure extends Error {
  override readonly name = 'NativeFailure';
  readonly remedy: string;

  constructor(reason: string, remedy: string) {
    super(reason);
    this.remedy = remedy;
  }
}

/** `<what>: exit 1: <the last line that says something>`. */
export function commandFailure(what: string, result: CommandResult, remedy: string): NativeFailure {
  const said = result.lines.findLast(line => /error|fail|cannot|no space|refused/i.test(line)) ?? result.lines.at(-1);
  const line = said === undefined ? '' : `: ${said.trim().slice(0, 300)}`;
  return new NativeFailure(`${what}: ${describeResult(result)}${line}`, remedy);
}
