/** A figure of a report as SVG text, drawn by vega-lite and vega without a browser. */
import { View, Warn, logger, parse } from 'vega';
import { compile } from 'vega-lite';
import type { TopLevelSpec } from 'vega-lite/types_unstable/spec/index.js';
import type { ReportFigure } from '../../schemas/report.ts';
import type { Columns } from '../../schemas/table-schema.ts';
import type { ReportRow } from '../report/report-rows.ts';
import { counted } from '../report/format-value.ts';
import { figureDescription } from './figure-caption.ts';
import { figureSpec } from './figure-spec.ts';
import { sizes, theme } from './figure-theme.ts';
import { unjoined } from './line-layers.ts';
import { finishSvg } from './finish-svg.ts';
import { type PreparedFigure, prepareFigure } from './prepared-figure.ts';
import { lostReferences } from './reference-lines.ts';
import { measureTextAlike } from './measure-text.ts';

export interface RenderedFigure {
  readonly svg: string;
  readonly spec: TopLevelSpec;
  readonly prepared: PreparedFigure;
  /** The figure in words. */
  readonly description: string;
  /** What is not drawn, and why, in sentences. */
  readonly omissions: readonly string[];
  /** What vega and vega-lite warn of: a sign that the specification is not as they mean it. */
  readonly warnings: readonly string[];
}

export interface FigureOptions {
  /** Columns that the rows may have; a figure that names another is refused. */
  readonly columns: Columns;
  /** Unique in its document. */
  readonly id: string;
  readonly title: string;
}

/**
 * The same input gives the same bytes, in any process on any machine. Throws `ReportProblem` where a column is not there
 * or holds what the figure cannot draw; without rows it draws a figure that says so.
 */
export async function renderFigure(
  figure: ReportFigure,
  rows: readonly ReportRow[],
  { columns, id, title }: FigureOptions,
): Promise<RenderedFigure> {
  const prepared = prepareFigure(figure, rows, columns);
  const description = figureDescription(prepared);
  const omissions = [...prepared.omissions, ...lostReferences(prepared), ...unjoined(prepared)];
  const spec = prepared.marks.length > 0 ? figureSpec(prepared) : emptySpec(rows.length);
  const { svg, warnings } = await draw(spec);
  return { svg: finishSvg(svg, { id, title, description }), spec, prepared, description, omissions, warnings };
}

/** The SVG, and what the libraries have to say about the specification. */
async function draw(spec: TopLevelSpec): Promise<{ readonly svg: string; readonly warnings: readonly string[] }> {
  measureTextAlike();
  const warnings: string[] = [];
  const collector = logger(Warn, undefined, (_method, level, input) => {
    warnings.push([level, ...input].join(' '));
  });
  const view = new View(parse(compile(structuredClone(spec), { logger: collector }).spec), {
    renderer: 'none',
    logger: collector,
  });
  try {
    return { svg: await view.toSVG(), warnings };
  } finally {
    view.finalize();
  }
}

/** A figure that says that it has nothing to draw. */
function emptySpec(rows: number): TopLevelSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    config: theme,
    width: sizes.width,
    height: 80,
    data: { values: [{}] },
    mark: { type: 'text', fontSize: 14, opacity: 0.75 },
    encoding: { text: { value: rows === 0 ? 'No rows' : `None of ${counted(rows, 'row')} can be drawn` } },
  };
}
