/** Rows of data as examples that fit a model: too long ones cut or dropped as declared, and counted. */
import { type Example, targetPositions } from './example.ts';
import { atRow, TextError } from './text-error.ts';

export interface LengthLimit {
  readonly maxTokens: number;
  /** `cut` keeps the leading tokens, `drop` leaves the row out, `error` throws. */
  readonly tooLong: 'error' | 'cut' | 'drop';
}

export interface EncodedRows {
  readonly examples: readonly Example[];
  /** The row each example was made of. */
  readonly rows: Int32Array;
  readonly cut: number;
  readonly dropped: number;
}

/** Throws a TextError that names the row where one cannot be encoded, has nothing to predict, or is too long. */
export function encodeRows<Row>(
  rows: readonly Row[],
  encode: (row: Row) => Example,
  { maxTokens, tooLong }: LengthLimit,
): EncodedRows {
  const kept: { readonly example: Example; readonly row: number }[] = [];
  let cut = 0;
  for (const [row, content] of rows.entries()) {
    const example = encodeRow(encode, content, row);
    const isTooLong = example.tokens.length > maxTokens;
    if (isTooLong && tooLong === 'error') throw tooLongError(example, maxTokens, row);
    if (isTooLong && tooLong === 'drop') continue;
    if (isTooLong) cut += 1;
    const fitting = isTooLong ? leading(example, maxTokens) : example;
    if (targetPositions(fitting).length === 0) throw noTargetsError(isTooLong, maxTokens, row);
    kept.push({ example: fitting, row });
  }
  return {
    examples: kept.map(({ example }) => example),
    rows: Int32Array.from(kept, ({ row }) => row),
    cut,
    dropped: rows.length - kept.length,
  };
}

function encodeRow<Row>(encode: (row: Row) => Example, content: Row, row: number): Example {
  try {
    return encode(content);
  } catch (error) {
    throw atRow(error, row);
  }
}

function leading({ tokens, targets }: Example, count: number): Example {
  return { tokens: tokens.slice(0, count), targets: targets.slice(0, count) };
}

function tooLongError({ tokens }: Example, maxTokens: number, row: number): TextError {
  return new TextError(
    'too-long',
    `${tokens.length} tokens where ${maxTokens} are allowed; allow more, or say that long rows are to be cut or dropped`,
    { row },
  );
}

function noTargetsError(wasCut: boolean, maxTokens: number, row: number): TextError {
  const message = wasCut
    ? `nothing that is to be predicted lies within the ${maxTokens} tokens it was cut to; drop long rows, or allow more`
    : 'it has no token that is to be predicted: is there an assistant message or a completion, and is it not empty?';
  return new TextError('no-targets', message, { row });
}
