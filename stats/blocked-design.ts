/** A complete crossing of treatments and blocks, one value per cell: conditions by shared seeds. */
import { compareText } from './grouped-values.ts';
import { UnsuitableDataError, requireFinite } from './unsuitable-data-error.ts';

export interface BlockedRow {
  readonly treatment: string;
  readonly block: string;
  readonly value: number;
}

export interface BlockedDesign {
  readonly treatments: readonly string[];
  readonly blocks: readonly string[];
  /** values[block][treatment], both in code-unit order of their names. */
  readonly values: readonly Float64Array[];
}

/**
 * @throws UnsuitableDataError `incomplete-design` where a cell has no row or several: average replicates first, leave
 *   out blocks that miss a treatment
 */
export function blockedDesign(rows: readonly BlockedRow[]): BlockedDesign {
  requireFinite(
    rows.map(row => row.value),
    'rows of a blocked design',
  );
  const treatments = distinct(rows.map(row => row.treatment));
  const blocks = distinct(rows.map(row => row.block));
  const cells = new Map<string, number>();
  const nameOf = (treatment: string, block: string) => JSON.stringify([treatment, block]);
  for (const { treatment, block, value } of rows) {
    const name = nameOf(treatment, block);
    if (cells.has(name)) throw refused(`${treatment} has several rows in block ${block}; average them first`);
    cells.set(name, value);
  }
  const values = blocks.map(block =>
    Float64Array.from(treatments, treatment => {
      const value = cells.get(nameOf(treatment, block));
      if (value === undefined) throw refused(`${treatment} has no row in block ${block}; leave that block out`);
      return value;
    }),
  );
  return { treatments, blocks, values };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort(compareText);
}

function refused(message: string): UnsuitableDataError {
  return new UnsuitableDataError(
    'incomplete-design',
    `a blocked design needs one value per treatment and block: ${message}`,
  );
}
