/** A row as a file gives it, before it is known what makes a row here. */

export interface RawRow {
  /** Where it stands, for messages: `line 17`, `row 17`. */
  readonly place: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Reads the file from its beginning, row by row; called once to learn the columns, once to take the rows. */
export type RawRows = () => AsyncIterable<RawRow>;
