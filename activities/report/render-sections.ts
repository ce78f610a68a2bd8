/** A report's sections drawn: text, table and figure of each, with what it lacks and which cells it shows. */
import type { Report } from '../../schemas/report.ts';
import { type Block, withCode } from './document.ts';
import { documentHtml } from './document-html.ts';
import { documentMarkdown } from './document-markdown.ts';
import { figureSection } from './figure-section.ts';
import type { GateOutcome } from './gate-outcome.ts';
import { missingBlocks } from './missing-cells.ts';
import { readRows } from './read-rows.ts';
import type { ReportBody, SectionBody } from './report-body.ts';
import { ReportProblem } from './report-problem.ts';
import type { CellName, MissingCell, ReportRows, RowsOf } from './report-rows.ts';
import { standaloneSvg } from './standalone-svg.ts';
import { distinctCells, tableSection } from './table-section.ts';

/**
 * The same rows give the same bytes. A section that cannot be drawn (a column that is not there, a `where` that fails)
 * says so in its place and in `problems`; the others are drawn all the same.
 */
export async function renderSections(
  report: Report,
  rowsOf: RowsOf,
  gates: readonly GateOutcome[],
): Promise<ReportBody> {
  const sections: SectionBody[] = [];
  for (const [index, section] of report.sections.entries())
    sections.push(await renderSection(section, `section-${index + 1}`, rowsOf));
  return {
    format: 1,
    ...(report.title === undefined ? {} : { title: report.title }),
    ...(report.question === undefined ? {} : { question: report.question }),
    sections,
    gates: [...gates],
  };
}

type Section = Report['sections'][number];

/** A table or a figure, or why there is none. */
interface Part {
  readonly blocks: readonly Block[];
  /** What is missing from it, in words. */
  readonly lacks: readonly Block[];
  readonly cells: readonly CellName[];
  readonly missing: readonly MissingCell[];
  readonly problems: readonly string[];
  readonly svg?: string;
}

async function renderSection(section: Section, anchor: string, rowsOf: RowsOf): Promise<SectionBody> {
  const { title, text, table, figure } = section;
  const path = `figures/${anchor}.svg`;
  const parts: Part[] = [];
  if (figure !== undefined) {
    parts.push(
      await part(figure, rowsOf, rows => figureSection(figure, rows, { id: `figure-${anchor}`, title, path })),
    );
  }
  if (table !== undefined) parts.push(await part(table, rowsOf, rows => tableSection(table, rows, title)));
  const blocks: Block[] = [
    { kind: 'heading', level: 2, text: title, anchor },
    ...paragraphs(text ?? ''),
    ...parts.flatMap(each => each.blocks),
    // A figure and a table of the same rows lack the same.
    ...new Map(parts.flatMap(each => each.lacks.map(block => [JSON.stringify(block), block]))).values(),
  ];
  return {
    title,
    anchor,
    html: documentHtml(blocks),
    markdown: documentMarkdown(blocks),
    cells: distinctCells(parts.flatMap(({ cells }) => cells)),
    missing: [...new Map(parts.flatMap(({ missing }) => missing.map(cell => [cell.name, cell]))).values()],
    problems: parts.flatMap(({ problems }) => problems),
    figures: parts.flatMap(({ svg }) => (svg === undefined ? [] : [{ path, svg: standaloneSvg(svg) }])),
  };
}

type Drawing = Pick<Part, 'blocks' | 'cells' | 'svg'>;

async function part(
  declared: Parameters<typeof readRows>[0],
  rowsOf: RowsOf,
  draw: (rows: ReportRows) => Drawing | Promise<Drawing>,
): Promise<Part> {
  try {
    const rows = readRows(declared, rowsOf);
    // Without a single cell there are no columns either, and what is missing says all.
    const isBare = rows.cells.length === 0 && rows.missing.length > 0;
    const drawing = isBare ? { blocks: [], cells: [] } : await draw(rows);
    return { ...drawing, lacks: missingBlocks(rows), missing: rows.missing, problems: [] };
  } catch (error) {
    if (!(error instanceof ReportProblem)) throw error;
    const blocks: Block[] = [{ kind: 'note', tone: 'problem', content: withCode(error.message) }];
    return { blocks, lacks: [], cells: [], missing: [], problems: [error.message] };
  }
}

/** Paragraphs are parted by empty lines. */
function paragraphs(text: string): Block[] {
  return text
    .split(/\n\s*\n/)
    .map(each => each.trim())
    .filter(each => each !== '')
    .map(each => ({ kind: 'paragraph', content: withCode(each) }));
}
