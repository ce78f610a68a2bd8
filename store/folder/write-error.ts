/** Turns what the system says of a failed write into the store's own error. */
import { StoreWriteError } from '../errors.ts';

/** The code of a system error (`ENOENT`), where it is one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return error.code;
}

/** Runs a step of writing `path`; a system error comes out as a `StoreWriteError`, any other as it is. */
export async function writing<Result>(path: string, step: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw asWriteError(path, error);
  }
}

/** The same for a step that does not wait. */
export function writingNow<Result>(path: string, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    throw asWriteError(path, error);
  }
}

function asWriteError(path: string, error: unknown): unknown {
  if (error instanceof StoreWriteError) return error;
  const code = systemCode(error);
  return code === undefined ? error : new StoreWriteError(path, code, error);
}
