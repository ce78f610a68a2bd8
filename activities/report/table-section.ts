/** A section's table as blocks: numbers by column, a link from every line to the cells it came from, what is cut. */
import type { CellValue } from '../../schemas/table-schema.ts';
import type { ReportTable } from '../../schemas/report.ts';
import { type Block, type Inline, type TableColumn, code, paragraph } from './document.ts';
import { columnFormat, counted } from './format-value.ts';
import { referencesOf } from './read-rows.ts';
import type { CellName, ReportRows } from './report-rows.ts';
import { type TableData, type TableLine, tableData } from './table-data.ts';

export interface Drawn {
  readonly blocks: readonly Block[];
  /** The cells whose numbers are shown, each once. */
  readonly cells: readonly CellName[];
}

/** Throws `ReportProblem` where the table names a column that is not there. */
export function tableSection(table: ReportTable, rows: ReportRows, label: string): Drawn {
  const data = tableData(table, rows);
  if (data.lines.length === 0) return { blocks: [paragraph('No rows.')], cells: [] };
  const shown = { ...data, lines: data.lines.slice(0, table.limit) };
  return {
    blocks: tableBlocks(shown, label, remainder(table, data.lines.length)),
    cells: distinctCells(shown.lines.flatMap(({ cells }) => cells)),
  };
}

/** A table with a last column of links; where every line comes from the same cells, one line below says so instead. */
export function tableBlocks({ headings, lines }: TableData, label: string, rest: readonly Inline[] = []): Block[] {
  const columns = headings.map((heading, index): TableColumn & { format: (value: CellValue) => string } => {
    const values = lines.map(line => line.values[index] ?? null);
    const align = values.some(value => typeof value === 'number') ? 'right' : 'left';
    return { heading, align, format: columnFormat(values) };
  });
  const origin = sharedOrigin(lines);
  const caption: Inline[] = [...(origin === undefined ? [] : [...from(origin), ' ']), ...rest];
  const cells = lines.every(line => line.cells.length <= 1) ? 'cell' : 'cells';
  const rows = lines.map(line => [
    ...columns.map(({ format }, index): Inline[] => [format(line.values[index] ?? null)]),
    ...(origin === undefined ? [[{ kind: 'cells', cells: line.cells } satisfies Inline]] : []),
  ]);
  const heads: TableColumn[] = columns.map(({ heading, align }) => ({ heading, align }));
  return [
    {
      kind: 'table',
      label,
      columns: origin === undefined ? [...heads, { heading: cells, align: 'left' }] : heads,
      rows,
      layout: 'grid',
    },
    ...(caption.length > 0 ? [{ kind: 'caption', content: caption } satisfies Block] : []),
  ];
}

/** The cells behind several lines, where they are the same behind each. */
function sharedOrigin(lines: readonly TableLine[]): readonly CellName[] | undefined {
  const [first] = lines;
  if (first === undefined || lines.length < 2) return undefined;
  const keys = JSON.stringify(first.cells.map(({ key }) => key));
  return lines.every(({ cells }) => JSON.stringify(cells.map(({ key }) => key)) === keys) ? first.cells : undefined;
}

/** Each cell once. */
export function distinctCells(cells: readonly CellName[]): CellName[] {
  return [...new Map(cells.map(cell => [cell.key, cell])).values()];
}

function from(cells: readonly CellName[]): Inline[] {
  return ['From ', { kind: 'cells', cells }, '.'];
}

function remainder({ from: source, limit }: ReportTable, total: number): Inline[] {
  if (total <= limit) return [];
  return [
    `${counted(total - limit, 'more row')}, ${total.toLocaleString('en-US')} in all: `,
    ...tableCommands(source),
    '.',
  ];
}

/** How to get every row of a `from:`. */
export function tableCommands(source: ReportTable['from']): Inline[] {
  return referencesOf(source).flatMap((reference, index): Inline[] => [
    index === 0 ? '' : ', ',
    code(`espalier table ${reference} --csv`),
  ]);
}
