/** What the command line's exit codes mean. */
export const exitCodes = {
  done: 0,
  /** Cells failed or were blocked. */
  cellsFailed: 1,
  /** The input is wrong: a study, a flag, a name. */
  wrongInput: 2,
  /** The machinery failed: no server, no store, a bug of ours. */
  machinery: 3,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Something the user can mend; printed without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something the machine or we must mend; printed without a stack unless it is a bug (`internal:`). */
export class MachineryError extends Error {
  override readonly name = 'MachineryError';
}
