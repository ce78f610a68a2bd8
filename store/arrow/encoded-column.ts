/** A column of a batch as Arrow lays it out: nodes and buffers. */

/** Length and missing values of one Arrow array. */
export interface EncodedNode {
  readonly length: number;
  readonly nulls: number;
}

/** One column of one batch: its Arrow arrays (a list has several) and their buffers, in Arrow's order. */
export interface EncodedColumn {
  readonly nodes: readonly EncodedNode[];
  readonly buffers: readonly Uint8Array[];
}
