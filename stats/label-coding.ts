/** Class labels as whole numbers. */
import { compareText } from './grouped-values.ts';

export interface CodedLabels {
  /** In code-unit order: what a code means does not depend on the order of the rows. */
  readonly classes: readonly string[];
  /** Index into `classes` per row. */
  readonly codes: Int32Array;
}

export function codeLabels(labels: readonly string[]): CodedLabels {
  const classes = [...new Set(labels)].sort(compareText);
  const codeOf = new Map(classes.map((name, code) => [name, code]));
  return { classes, codes: Int32Array.from(labels, label => codeOf.get(label) ?? -1) };
}
