/** What can be wrong with a table, as types. */
import type { Digest } from '../../schemas/identity.ts';

/** A value that its column does not take, or a row that does not fit its table. */
export class TableValueError extends Error {
  override readonly name = 'TableValueError';
  /** Number of the row in the table, from 0. */
  readonly row: number;
  readonly column: string;

  constructor(row: number, column: string, problem: string) {
    super(`row ${row}, column \`${column}\`: ${problem}`);
    this.row = row;
    this.column = column;
  }
}

/** Columns that no table may have. */
export class TableColumnsError extends Error {
  override readonly name = 'TableColumnsError';
}

/** The table has no such column, or one of another type. */
export class MissingColumnError extends Error {
  override readonly name = 'MissingColumnError';
  readonly column: string;

  constructor(column: string, problem: string) {
    super(`column \`${column}\` ${problem}`);
    this.column = column;
  }
}

/** The bytes are no table, or one that this version cannot read. */
export class TableFormatError extends Error {
  override readonly name = 'TableFormatError';

  constructor(source: Digest | string, problem: string, cause?: unknown) {
    super(`${source} is no table this version can read: ${problem}`, { cause });
  }
}

/** Tables that should be one do not fit together. */
export class TableMismatchError extends Error {
  override readonly name = 'TableMismatchError';
}

/** An array of numbers was asked for, and a row has none. */
export class MissingValueError extends Error {
  override readonly name = 'MissingValueError';
  readonly row: number;
  readonly column: string;

  constructor(row: number, column: string) {
    super(`row ${row} has no value in column \`${column}\`: take such rows out first, or read it row by row`);
    this.row = row;
    this.column = column;
  }
}
