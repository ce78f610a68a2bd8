/** A failed attempt at a cell, with the class that decides what is done about it. */
import { type FailureClass, failureClasses } from '../schemas/failure.ts';

export class CellFailure extends Error {
  override readonly name = 'CellFailure';
  readonly class: FailureClass;

  constructor(failure: FailureClass, message: string, options?: ErrorOptions) {
    super(message, options);
    this.class = failure;
  }
}

/** System errors by what they mean for a cell. */
const systemErrors: ReadonlyMap<string, FailureClass> = new Map([
  ['ENOSPC', 'quota'],
  ['EDQUOT', 'quota'],
  ['EMFILE', 'quota'],
  ['ENFILE', 'quota'],
  ['ENOMEM', 'out-of-memory'],
]);

/**
 * The class of anything a step may throw. What no step foresaw counts as `user`: the same input gives the same error
 * again, so trying again helps nobody, and the message is the step's own.
 */
export function classify(error: unknown): CellFailure {
  if (error instanceof CellFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = systemCode(error);
  const known = code === undefined ? undefined : systemErrors.get(code);
  if (known !== undefined) return new CellFailure(known, message, { cause: error });
  const declared = declaredClass(error);
  if (declared !== undefined) return new CellFailure(declared, message, { cause: error });
  if (error instanceof RangeError && /allocation|Invalid (typed )?array( buffer)? length/i.test(message)) {
    return new CellFailure('out-of-memory', message, { cause: error });
  }
  if (code?.startsWith('E') === true) return new CellFailure('infrastructure', message, { cause: error });
  return new CellFailure('user', message, { cause: error });
}

/** Errors of models/ and stats/ say themselves whose they are, in a property `failure`. */
function declaredClass(error: unknown): FailureClass | undefined {
  const declared: unknown = error instanceof Error && 'failure' in error ? error.failure : undefined;
  return failureClasses.find(each => each === declared);
}

/** The `code` of the error or of what caused it. */
function systemCode(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return undefined;
}
