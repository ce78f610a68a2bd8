/** Which units each subset kept, joined with the score of the model trained on it. */
import type { Row } from '../../schemas/table-schema.ts';
import { type DenseMatrix, matrixFromRows } from '../../stats/dense-matrix.ts';
import { CellFailure } from '../cell-failure.ts';
import { counted, listed } from './counted.ts';
import { nameInRow } from './name-in-row.ts';
import { compareNames } from './name-order.ts';
import { type PortTable, nameColumn } from './named-column.ts';
import type { UnitMean } from './unit-means.ts';

/** The masks of subsets by name: per unit whether it was kept. */
export type SubsetMasks = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

/** Reads the masks; a `CellFailure` where a subset names a unit twice, or lacks one that others have. */
export async function readMasks(source: PortTable, subset: string): Promise<SubsetMasks> {
  nameColumn(source, { parameter: 'subset', column: subset });
  const masks = new Map<string, Map<string, boolean>>();
  let number = -1;
  for await (const row of source.table.rowsOf({ columns: [...new Set([subset, 'unit_id', 'kept'])] })) {
    number += 1;
    const place = { port: source.port, row: number };
    const name = nameInRow(row, subset, place);
    const unit = nameInRow(row, 'unit_id', place);
    const mask = masks.get(name) ?? new Map<string, boolean>();
    if (mask.has(unit)) {
      throw new CellFailure(
        'user',
        `the masks name the unit \`${unit}\` twice in the subset ${name}: there must be one mask per value of \`${subset}\`; fix other axes with \`at:\``,
      );
    }
    masks.set(name, mask.set(unit, keptIn(row, place)));
  }
  requireSameUnits(masks);
  return masks;
}

function keptIn({ kept }: Row, { port, row }: { readonly port: string; readonly row: number }): boolean {
  if (typeof kept === 'boolean') return kept;
  throw new CellFailure(
    'user',
    `row ${row + 1} of the table at the port \`${port}\` does not say whether its unit was \`kept\``,
  );
}

function requireSameUnits(masks: SubsetMasks): void {
  const all = new Set([...masks.values()].flatMap(mask => [...mask.keys()]));
  for (const [subset, mask] of masks) {
    if (mask.size === all.size) continue;
    const without = [...all].filter(unit => !mask.has(unit)).sort(compareNames);
    throw new CellFailure(
      'user',
      `the mask of subset ${subset} lacks ${counted(without.length, 'unit')} that other subsets have (${listed(without)}): all subsets must be drawn from the same units`,
    );
  }
}

/** Rows are subsets, columns are units, both in the order of their names. */
export interface ScoredSubsets {
  readonly subsets: readonly string[];
  readonly units: readonly string[];
  /** 1 where the unit was kept. */
  readonly masks: DenseMatrix;
  /** Mean score of each subset. */
  readonly outputs: Float64Array;
  /** Scores behind each mean. */
  readonly scoreCounts: readonly number[];
  /** Subsets with a mask but no score; they take no part. */
  readonly unscored: readonly string[];
}

/** Joins masks with scores by the subset's name; a score whose subset has no mask is a `CellFailure`. */
export function joinScores(masks: SubsetMasks, scores: readonly UnitMean[]): ScoredSubsets {
  const unknown = scores.map(nameOf).filter(subset => !masks.has(subset));
  if (unknown.length > 0) {
    throw new CellFailure(
      'user',
      `\`scores\` has ${counted(unknown.length, 'subset')} without a mask (${listed(unknown)}): \`masks\` and \`scores\` must number the same subsets`,
    );
  }
  const scored = new Set(scores.map(nameOf));
  const [first] = masks.values();
  const units = [...(first?.keys() ?? [])].sort(compareNames);
  if (scores.length === 0 || units.length === 0) {
    throw new CellFailure(
      'user',
      `there is nothing to fit: ${counted(scores.length, 'subset')} with a score, ${counted(units.length, 'unit')}`,
    );
  }
  return {
    subsets: scores.map(nameOf),
    units,
    masks: matrixFromRows(
      scores.map(score => units.map(unit => (masks.get(nameOf(score))?.get(unit) === true ? 1 : 0))),
    ),
    outputs: Float64Array.from(scores, ({ value }) => value),
    scoreCounts: scores.map(({ rows }) => rows),
    unscored: [...masks.keys()].filter(subset => !scored.has(subset)).sort(compareNames),
  };
}

function nameOf({ names }: UnitMean): string {
  return names[0] ?? '';
}
