/** Text that cannot become what a model takes: the user's data or template is to be mended. */
export type TextErrorReason =
  /** A word that the tokenizer does not have. */
  | 'unknown-word'
  /** A chat template that fails, or renders a conversation differently once it goes on. */
  | 'chat-template'
  /** More tokens than allowed. */
  | 'too-long'
  /** Nothing in the row is to be predicted. */
  | 'no-targets'
  /** A token that the model has no embedding for. */
  | 'unknown-token';

export class TextError extends Error {
  override readonly name = 'TextError';
  readonly failure = 'user';
  readonly reason: TextErrorReason;
  /** The row of the data, from 0, where it is one row's fault. */
  readonly row: number | undefined;

  constructor(
    reason: TextErrorReason,
    message: string,
    origin: { readonly row?: number; readonly cause?: unknown } = {},
  ) {
    super(origin.row === undefined ? message : `row ${origin.row} (counted from 0): ${message}`, {
      cause: origin.cause,
    });
    this.reason = reason;
    this.row = origin.row;
  }
}

/** The same error, saying which row it is about. */
export function atRow(error: unknown, row: number): unknown {
  return error instanceof TextError ? new TextError(error.reason, error.message, { row, cause: error }) : error;
}
