/** `subset-rows`: see schemas/steps/subset-rows. */
import { randomStream } from '../../schemas/random.ts';
import { subsetRows } from '../../schemas/steps/subset-rows.ts';
import { CellFailure } from '../cell-failure.ts';
import { readUnits, rowsIn } from '../rows/row-units.ts';
import { stepBody } from '../step-body.ts';

export const subsetRowsBody = stepBody(subsetRows, async cell => {
  const { fraction, draw, by } = cell.with;
  const table = await cell.table('rows');
  const units = await readUnits(table, by);
  const stream = randomStream(cell.seeds.subset, 'subset-rows', draw);
  const kept =
    draw === 'bernoulli'
      ? new Set(units.ids.filter(() => stream.bernoulli(fraction)))
      : new Set(
          [...stream.permutation(units.ids.length)]
            .slice(0, Math.round(fraction * units.ids.length))
            .map(index => units.ids[index]),
        );
  if (kept.size === 0) {
    throw new CellFailure(
      'user',
      `none of the ${units.ids.length} units was kept at fraction ${fraction}: raise it, or make smaller units`,
    );
  }
  const rows = new Set(units.unitOf.flatMap((unit, row) => (kept.has(unit) ? [row] : [])));
  const mask = units.ids.map(unit => ({
    unit_id: unit,
    kept: kept.has(unit),
    rows: units.rowsOf.get(unit)?.length ?? 0,
  }));
  return {
    outputs: {
      rows: await cell.writeTable(table.columns, rowsIn(table, rows)),
      mask: await cell.writeTable(subsetRows.out.mask.columns, mask),
    },
    notes: { units: units.ids.length, kept: kept.size, rows: rows.size },
  };
});
