/** `select-rows`: see schemas/steps/select-rows. */
import { selectRows } from '../../schemas/steps/select-rows.ts';
import type { Row } from '../../schemas/table-schema.ts';
import { rowPredicate } from '../row-expression.ts';
import { stepBody } from '../step-body.ts';

export const selectRowsBody = stepBody(selectRows, async cell => {
  const { where, limit = Number.POSITIVE_INFINITY } = cell.with;
  const table = await cell.table('rows');
  const wanted = rowPredicate(where, table.columns);
  async function* kept(): AsyncGenerator<Row> {
    let left = limit;
    for await (const row of table.rowsOf()) {
      if (left <= 0) return;
      if (!wanted(row)) continue;
      left -= 1;
      yield row;
    }
  }
  return { outputs: { rows: await cell.writeTable(table.columns, kept()) } };
});
