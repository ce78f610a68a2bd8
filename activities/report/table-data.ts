/** What a report's table shows, before it is text: the rows themselves, or statistics of groups of them. */
import type { ReportTable } from '../../schemas/report.ts';
import type { CellValue } from '../../schemas/table-schema.ts';
import { compareNames } from '../analysis/name-order.ts';
import { groupRows } from './group-rows.ts';
import { requireColumn } from './report-problem.ts';
import { type CellName, type ReportRow, type ReportRows, cellsBehind } from './report-rows.ts';
import { type TakenValue, takeValue } from './row-take.ts';

export interface TableData {
  readonly headings: readonly string[];
  readonly lines: readonly TableLine[];
}

export interface TableLine {
  /** One for each heading. */
  readonly values: readonly CellValue[];
  /** The cells whose numbers these are. */
  readonly cells: readonly CellName[];
}

/** All lines, in their order. Throws `ReportProblem` where a column is not there. */
export function tableData(table: ReportTable, rows: ReportRows): TableData {
  return table.group_by === undefined ? rawData(table, rows) : groupedData(table, rows, table.group_by);
}

function rawData({ columns, sort, descending }: ReportTable, rows: ReportRows): TableData {
  const headings = columns ?? Object.keys(rows.columns);
  for (const column of headings) requireColumn(column, Object.keys(rows.columns));
  if (sort !== undefined) requireColumn(sort, Object.keys(rows.columns));
  const ordered = inOrder(rows.rows, ({ values }) => (sort === undefined ? null : (values[sort] ?? null)), descending);
  return {
    headings,
    lines: ordered.map(row => ({
      values: headings.map(heading => row.values[heading] ?? null),
      cells: cellsBehind([row], rows.cells),
    })),
  };
}

function groupedData(table: ReportTable, rows: ReportRows, keys: readonly string[]): TableData {
  const statistics = Object.entries(table.statistics ?? {});
  for (const column of [...keys, ...statistics.map(([, statistic]) => statistic.column)])
    requireColumn(column, Object.keys(rows.columns));
  const groups = groupRows(rows.rows, keys);
  const taken = statistics.map(([heading, { column, take }]): Statistic => ({
    heading,
    column,
    isCount: take === 'count',
    takesNumbers: take !== 'count' && take !== 'first',
    byGroup: groups.map(group => takeValue(group.rows, column, take)),
  }));
  const shown = [
    ...keys.map((heading, index) => ({ heading, values: groups.map(({ values }) => values[index] ?? null) })),
    ...taken.map(({ heading, byGroup }) => ({ heading, values: byGroup.map(({ value }) => value) })),
  ];
  const headings = shown.map(({ heading }) => heading);
  for (const column of table.columns ?? []) requireColumn(column, headings);
  const selected = (table.columns ?? headings).flatMap(heading => shown.filter(each => each.heading === heading));
  const columns = [...selected, ...counts(taken)];
  return sortedGroups(table, [...shown, ...counts(taken)], { columns, groups, names: rows.cells });
}

interface ShownColumn {
  readonly heading: string;
  /** One for each group. */
  readonly values: readonly CellValue[];
}

function sortedGroups(
  { sort, descending }: ReportTable,
  sortable: readonly ShownColumn[],
  shown: {
    readonly columns: readonly ShownColumn[];
    readonly groups: readonly { readonly rows: readonly ReportRow[] }[];
    readonly names: readonly CellName[];
  },
): TableData {
  if (sort !== undefined) {
    requireColumn(
      sort,
      sortable.map(({ heading }) => heading),
    );
  }
  const key = sortable.find(({ heading }) => heading === sort);
  const lines = shown.groups.map(({ rows }, index) => ({
    key: key?.values[index] ?? null,
    values: shown.columns.map(({ values }) => values[index] ?? null),
    cells: cellsBehind(rows, shown.names),
  }));
  return {
    headings: shown.columns.map(({ heading }) => heading),
    lines: inOrder(lines, line => line.key, descending).map(({ values, cells }) => ({ values, cells })),
  };
}

interface Statistic {
  readonly heading: string;
  readonly column: string;
  readonly isCount: boolean;
  readonly takesNumbers: boolean;
  readonly byGroup: readonly TakenValue[];
}

/**
 * A statistic never stands without its n: one column where all have the same, else one for each column that is
 * summarised; none where the study counts the same rows itself.
 */
function counts(statistics: readonly Statistic[]): ShownColumn[] {
  const byColumn = new Map(statistics.filter(each => each.takesNumbers).map(each => [each.column, nsOf(each)]));
  const columns = [...byColumn].map(([column, values]) => ({ heading: `n (${column})`, values }));
  const shared = columns.every(({ values }) => sameNumbers(values, columns[0]?.values ?? []));
  const needed = shared ? columns.slice(0, 1).map(({ values }) => ({ heading: 'n', values })) : columns;
  const own = statistics.filter(each => each.isCount).map(nsOf);
  return needed.filter(({ values }) => !own.some(count => sameNumbers(count, values)));
}

function nsOf({ byGroup }: Statistic): number[] {
  return byGroup.map(({ n }) => n);
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** Stable; numbers by size, also as the text that axes are, rows without a value last whichever way. */
function inOrder<Item>(items: readonly Item[], keyOf: (item: Item) => CellValue, descending: boolean): Item[] {
  const sign = descending ? -1 : 1;
  return [...items].sort((a, b) => {
    const [first, second] = [keyOf(a), keyOf(b)];
    const absent = Number(isAbsent(first)) - Number(isAbsent(second));
    return absent !== 0 || isAbsent(first) ? absent : sign * compare(first, second);
  });
}

function isAbsent(value: CellValue): boolean {
  return value === null || Number.isNaN(value);
}

function compare(a: CellValue, b: CellValue): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : compareNames(textOf(a), textOf(b));
}

function textOf(value: CellValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
