/** What an error means for the person who typed the command, and for the exit code. */
import { ConfigError } from '../config.ts';
import { type ExitCode, UsageError, exitCodes } from './exit-codes.ts';

/** A bug of ours shows its stack; everything else says what is wrong and what to do, and no more. */
export function explainError(error: unknown): { readonly message: string; readonly code: ExitCode } {
  if (!(error instanceof Error)) return { message: String(error), code: exitCodes.machinery };
  if (error instanceof UsageError || error instanceof ConfigError)
    return { message: error.message, code: exitCodes.wrongInput };
  const isBug = error.message.startsWith('internal:') || error instanceof TypeError || error instanceof ReferenceError;
  return { message: isBug ? (error.stack ?? error.message) : error.message, code: exitCodes.machinery };
}
