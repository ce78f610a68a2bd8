/** How figures look: sizes, type, and colours that people with any colour vision can tell apart. */

/**
 * Okabe & Ito (2008), without black and with a darker yellow, so that every colour stands out on white as on near-black
 * paper. Order: neighbours differ in lightness too.
 */
export const categoryColors = ['#0072B2', '#E69F00', '#009E73', '#D55E00', '#56B4E9', '#CC79A7', '#B8A800'] as const;

/** Paired with the colours, and one fewer, so that 42 groups differ in the pair. */
export const categoryShapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down'] as const;

/** Dashes of lines, by group. */
export const categoryDashes: readonly (readonly number[])[] = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 1],
  [10, 4],
];

/** Pixels. A figure is as wide as a column of text, and its text as large as the text's small print. */
export const sizes = {
  width: 540,
  height: 280,
  /** Gap between small figures. */
  facetGap: 18,
  facetHeight: 170,
  /** Height of a row where categories run down, and of all of them before rows get lower. */
  row: { tallest: 24, shortest: 5, all: 1600 },
  tile: { smallest: 26, tallest: 44 },
  point: 64,
} as const;

/** Text on the current ink, so that a figure follows the page into the dark. */
const ink = 'currentColor';

/** Whatever the reader's system writes with. */
export const font = 'system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Helvetica, Arial, sans-serif';

export const fontSizes = { label: 12, title: 12.5, small: 11 } as const;

/** Configuration of vega-lite for every figure. */
export const theme = {
  background: 'transparent',
  font,
  padding: 4,
  view: { stroke: null },
  axis: {
    labelColor: ink,
    titleColor: ink,
    domainColor: ink,
    tickColor: ink,
    gridColor: ink,
    domainOpacity: 0.45,
    tickOpacity: 0.45,
    gridOpacity: 0.12,
    labelFontSize: fontSizes.label,
    titleFontSize: fontSizes.title,
    titleFontWeight: 600,
    titlePadding: 10,
    labelPadding: 5,
    tickSize: 4,
    labelLimit: 190,
  },
  axisBand: { grid: false, ticks: false },
  legend: {
    labelColor: ink,
    titleColor: ink,
    labelFontSize: fontSizes.label,
    titleFontSize: fontSizes.label,
    titleFontWeight: 600,
    labelLimit: 220,
    symbolStrokeWidth: 2,
    symbolSize: 80,
    orient: 'top',
    direction: 'horizontal',
    titleOrient: 'left',
    titlePadding: 10,
    symbolOpacity: 1,
    offset: 12,
    columnPadding: 14,
  },
  header: {
    labelColor: ink,
    titleColor: ink,
    labelFontSize: fontSizes.label,
    labelFontWeight: 600,
    titleFontSize: fontSizes.title,
    labelPadding: 6,
    titlePadding: 8,
    titleAnchor: 'start',
    labelLimit: 180,
  },
  title: {
    color: ink,
    fontSize: fontSizes.small,
    fontWeight: 'normal',
    anchor: 'start',
    frame: 'group',
    offset: 10,
  },
  // What cannot be drawn has been left out, and said, before.
  mark: { aria: false, invalid: 'show' },
  rule: { color: ink },
  text: { color: ink, fontSize: fontSizes.small },
} as const;
