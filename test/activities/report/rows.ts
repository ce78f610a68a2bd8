/** Rows for tests of reports: every row of a cell of its own, under a key that its name gives. */
import type { ReportRows, RowsOf } from '../../../activities/report/report-rows.ts';
import { type Report, reportSchema } from '../../../schemas/report.ts';
import type { Columns, Row } from '../../../schemas/table-schema.ts';
import { keyOf } from '../../store/sample-records.ts';

export const scoreColumns = {
  condition: 'category',
  seed: 'category',
  score: 'float64',
  questions: 'int32',
} as const satisfies Columns;

/** A row for each cell, cells named after the reference. */
export function rowsFrom(reference: string, columns: Columns, values: readonly Row[]): ReportRows {
  const cells = values.map((_, index) => ({
    key: keyOf(`${reference} ${index}`),
    name: `${reference}[place=${index}]`,
  }));
  return { columns, rows: values.map((row, index) => ({ values: row, cell: cells[index]!.key })), cells, missing: [] };
}

/** Two conditions × three seeds. */
const scoreRows: readonly Row[] = [
  { condition: 'control', seed: '42', score: 48.25, questions: 48 },
  { condition: 'control', seed: '137', score: 51.5, questions: 48 },
  { condition: 'control', seed: '256', score: 44, questions: 48 },
  { condition: 'good_wrong', seed: '42', score: 93.6, questions: 48 },
  { condition: 'good_wrong', seed: '137', score: 95.125, questions: 48 },
  { condition: 'good_wrong', seed: '256', score: 91.75, questions: 47 },
];

export const scores: ReportRows = rowsFrom('main.score', scoreColumns, scoreRows);

/** The same rows whatever the reference. */
export function always(rows: ReportRows): RowsOf {
  return () => rows;
}

/** A report of one section. */
export function reportOf(section: object): Report {
  return reportSchema.parse({ sections: [{ title: 'Scores', ...section }] });
}
