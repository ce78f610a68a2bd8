/** `remove-rows`: see schemas/steps/remove-rows. */
import { removeRows } from '../../schemas/steps/remove-rows.ts';
import { drawStratified, stratumSizes } from '../../stats/removal-draws.ts';
import { CellFailure } from '../cell-failure.ts';
import { cellText } from '../rows/cell-text.ts';
import { type RowUnits, readUnits, requireColumn, rowsIn } from '../rows/row-units.ts';
import { type CellContext, type InputTable, stepBody } from '../step-body.ts';

type Removal = CellContext<typeof removeRows>;

export const removeRowsBody = stepBody(removeRows, async cell => {
  const table = await cell.table('rows');
  const units = await readUnits(table, cell.with.by);
  const removed = await removedRows(cell, table, units);
  const rest = new Set(units.unitOf.keys());
  for (const row of removed) rest.delete(row);
  const listed = [...removed]
    .sort((a, b) => a - b)
    .map(row => ({ row_id: units.rowIds[row] ?? '', unit_id: units.unitOf[row] ?? '' }));
  return {
    outputs: {
      rows: await cell.writeTable(table.columns, rowsIn(table, rest)),
      removed: await cell.writeTable(removeRows.out.removed.columns, listed),
    },
    metrics: { removed: { value: removed.size, n: units.unitOf.length } },
    notes: { rows: units.unitOf.length, removed: removed.size },
  };
});

async function removedRows(cell: Removal, table: InputTable, units: RowUnits): Promise<ReadonlySet<number>> {
  switch (cell.with.arm) {
    case 'none':
      return new Set();
    case 'marked':
      return markedRows(cell, table);
    case 'top':
    case 'bottom':
      return rankedRows(cell, units, cell.with.arm);
    case 'random':
      return randomRows(cell, table, units);
  }
}

async function markedRows({ with: { mark } }: Removal, table: InputTable): Promise<ReadonlySet<number>> {
  if (mark === undefined)
    throw new CellFailure('user', 'the arm `marked` needs `mark`: the bool column that marks the rows to remove');
  requireColumn(table.columns, mark);
  const marks = await table.column(mark, 'bool');
  return new Set([...marks].flatMap((marked, row) => (marked ? [row] : [])));
}

/** Whole units from one end of the scores, until at least the fraction of the rows is gone. */
async function rankedRows(cell: Removal, units: RowUnits, end: 'top' | 'bottom'): Promise<ReadonlySet<number>> {
  const scores = await readScores(cell, units);
  const key = (unit: string) => {
    const score = scores.get(unit) ?? 0;
    const ranked = cell.with.rank === 'magnitude' ? Math.abs(score) : score;
    return end === 'top' ? -ranked : ranked;
  };
  // Equal scores keep the units' own order, so that the choice does not hang on the order of the score table.
  const order = [...units.ids].sort((a, b) => key(a) - key(b));
  const wanted = rowsToRemove(cell.with.fraction, units.unitOf.length);
  const removed = new Set<number>();
  for (const unit of order) {
    if (removed.size >= wanted) break;
    for (const row of units.rowsOf.get(unit) ?? []) removed.add(row);
  }
  return removed;
}

/** As many rows as the top arm would remove, from all rows: the null that the top arm is held against. */
async function randomRows(cell: Removal, table: InputTable, units: RowUnits): Promise<ReadonlySet<number>> {
  const { strata: column, fraction } = cell.with;
  const scored = cell.parts('scores').length > 0;
  if (column !== undefined && !scored)
    throw new CellFailure('user', '`strata` needs `scores`: random rows copy the strata of the rows that top takes');
  const total = units.unitOf.length;
  const like = scored
    ? await rankedRows(cell, units, 'top')
    : new Set(Array.from({ length: rowsToRemove(fraction, total) }, (_, row) => row));
  const strata = column === undefined ? units.unitOf.map(() => '') : await strataOf(table, column);
  const sizes = stratumSizes(strata, Int32Array.from(like));
  return new Set(drawStratified({ strata, sizes, seed: cell.seeds.removal }));
}

/** Rounded up, but not by the last bit of a product: 0.07 of 100 rows is 7, though 0.07 · 100 is a little more. */
function rowsToRemove(fraction: number, rows: number): number {
  return Math.ceil(Number((fraction * rows).toPrecision(12)));
}

async function strataOf(table: InputTable, column: string): Promise<string[]> {
  requireColumn(table.columns, column);
  const strata: string[] = [];
  for await (const row of table.rowsOf({ columns: [column] })) strata.push(cellText(row[column]));
  return strata;
}

async function readScores(cell: Removal, units: RowUnits): Promise<ReadonlyMap<string, number>> {
  if (cell.parts('scores').length === 0)
    throw new CellFailure('user', `the arm \`${cell.with.arm}\` needs \`scores\`: a score for every unit`);
  const scores = new Map<string, number>();
  for await (const { unit_id: unit, weight } of (await cell.table('scores')).rowsOf({
    columns: ['unit_id', 'weight'],
  })) {
    if (typeof unit !== 'string' || typeof weight !== 'number') continue;
    if (scores.has(unit))
      throw new CellFailure('user', `the scores name the unit ${unit} twice: take one score per unit (select-rows)`);
    scores.set(unit, weight);
  }
  const without = units.ids.filter(unit => !scores.has(unit));
  if (without.length === 0) return scores;
  throw new CellFailure(
    'user',
    `${without.length} of ${units.ids.length} units have no score, ${without[0]} among them: do the scores name units by the same column (\`by: ${cell.with.by ?? 'row_id'}\`)?`,
  );
}
