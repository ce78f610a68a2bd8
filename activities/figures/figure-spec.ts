/** A figure as a specification of vega-lite, with its rows in it. */
import type { Field } from 'vega-lite/types_unstable/channeldef.js';
import type { LayerSpec, TopLevelSpec } from 'vega-lite/types_unstable/spec/index.js';
import { barLayers, barSlots, slotEncoding } from './bar-layers.ts';
import { differsInRows, figureSubtitle, markDescriptions } from './figure-caption.ts';
import { type Layer, hasHints, offsetEncoding, positionEncoding } from './figure-encoding.ts';
import { type FigureMark, isOutside } from './figure-marks.ts';
import { sizes, theme } from './figure-theme.ts';
import { heatmapLayers, tileLabels } from './heatmap-layers.ts';
import { histogramLayers } from './histogram-layers.ts';
import { lineDashes, lineLayers, lineSeries } from './line-layers.ts';
import { markOffsets } from './mark-offsets.ts';
import { pointLayers } from './point-layers.ts';
import { type PreparedFigure, categoryAxis } from './prepared-figure.ts';
import { referenceLayers } from './reference-lines.ts';

/** Small figures stand side by side, at most so many. */
const mostColumns = 3;

/** The whole figure, its facets included. */
export function figureSpec(prepared: PreparedFigure): TopLevelSpec {
  const { facet } = prepared.dimensions;
  const size = panelSize(prepared);
  const spec: LayerSpec<Field> = { layer: figureLayers(prepared, size.width), ...size };
  const top = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    config: theme,
    title: { text: figureSubtitle(prepared) },
    data: { values: figureValues(prepared) },
  } satisfies Partial<TopLevelSpec>;
  if (facet === undefined) return { ...top, ...spec };
  return {
    ...top,
    columns: Math.min(mostColumns, facet.values.length),
    spacing: sizes.facetGap,
    facet: { field: 'facet', type: 'nominal', sort: [...facet.values], header: { title: facet.title } },
    spec,
  };
}

function panelSize({ dimensions, figure }: PreparedFigure): { readonly width: number; readonly height: number } {
  const { facet, y, x } = dimensions;
  const columns = Math.min(mostColumns, facet?.values.length ?? 1);
  const width = Math.floor((sizes.width - (columns - 1) * (sizes.facetGap + 24)) / columns);
  if (y.kind === 'discrete') {
    const row =
      figure.kind === 'heatmap' && x.kind === 'discrete'
        ? tileHeight(width, x.values.length)
        : rowHeight(y.values.length);
    return { width, height: row * Math.max(2, y.values.length) };
  }
  return { width, height: facet === undefined ? sizes.height : sizes.facetHeight };
}

/** Rows of a category that runs down. */
function rowHeight(rows: number): number {
  const { tallest, shortest, all } = sizes.row;
  return Math.max(shortest, Math.min(tallest, all / Math.max(1, rows)));
}

/** Tiles are square where that is neither too low for their numbers nor too tall for the page. */
function tileHeight(width: number, columns: number): number {
  return Math.min(sizes.tile.tallest, Math.max(sizes.tile.smallest, width / Math.max(1, columns)));
}

/** A row as vega-lite sees it. */
interface FigureValue {
  readonly [field: string]: string | number | boolean | number[];
}

/** What vega-lite draws from: our names for its fields, never the columns'. */
function figureValues(prepared: PreparedFigure): FigureValue[] {
  const { marks, figure } = prepared;
  const offsets = markOffsets(prepared);
  const slots = figure.kind === 'bars' ? barSlots(prepared) : undefined;
  const series = figure.kind === 'lines' ? lineSeries(marks) : undefined;
  const dashes = figure.kind === 'lines' ? lineDashes(prepared) : undefined;
  const labels = figure.kind === 'heatmap' ? tileLabels(prepared) : undefined;
  const about = hasHints(prepared) ? markDescriptions(prepared) : undefined;
  return marks.map((mark, index) => ({
    ...drawnFields(mark),
    offset: offsets[index] ?? 0,
    top: Math.max(mark.high ?? Number.NEGATIVE_INFINITY, typeof mark.y === 'number' ? mark.y : 0),
    count: `n = ${mark.n}`,
    inside: !isOutside(mark, prepared.dimensions),
    ...(about === undefined ? {} : { about: about[index] ?? '' }),
    ...(slots === undefined ? {} : { slot: slots[index] ?? 0 }),
    ...(series === undefined ? {} : { series: series[index] ?? '' }),
    ...(dashes === undefined ? {} : { dash: dashes[index] ?? [] }),
    ...labels?.[index],
  }));
}

function drawnFields({ x, y, color, facet, low, high, end }: FigureMark) {
  return {
    x,
    y,
    ...(color === undefined ? {} : { color }),
    ...(facet === undefined ? {} : { facet }),
    ...(low === undefined ? {} : { low }),
    ...(high === undefined ? {} : { high }),
    ...(end === undefined ? {} : { end }),
  };
}

function figureLayers(prepared: PreparedFigure, width: number): Layer[] {
  const references = referenceLayers(prepared);
  const counts = countLayers(prepared, width);
  switch (prepared.figure.kind) {
    case 'points':
    case 'interval':
      return [...references, ...pointLayers(prepared, width), ...counts];
    case 'bars':
      return [...barLayers(prepared, width), ...references, ...counts];
    case 'lines':
      return [...references, ...lineLayers(prepared, width), ...counts];
    case 'histogram':
      return [...histogramLayers(prepared, width), ...references];
    case 'heatmap':
      return heatmapLayers(prepared, width);
  }
}

/** Where marks stand for different numbers of rows, each says its own. */
function countLayers(prepared: PreparedFigure, width: number): Layer[] {
  const hasRoom = prepared.marks.length <= 40 && categoryAxis(prepared.dimensions) === 'x';
  if (!differsInRows(prepared) || !hasRoom) return [];
  const position = positionEncoding(prepared, width);
  const beside = prepared.figure.kind === 'bars' ? slotEncoding(prepared) : offsetEncoding(prepared);
  return [
    {
      mark: { type: 'text', dy: -9, opacity: 0.8, baseline: 'bottom' },
      encoding: { ...position, ...beside, y: { ...position.y, field: 'top' }, text: { field: 'count' } },
    },
  ];
}
