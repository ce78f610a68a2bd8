/** A study's graph as SVG text: boxes and diamonds on the current ink, arrows from what is needed to what needs it. */
import { type Html, element } from '../../../activities/report/html.ts';
import type { Box, Point } from './layout-graph.ts';
import { nodeType } from './node-text.ts';
import type { GraphStep, StudyGraph } from './study-graph.ts';
import { type PlacedGroup, type PlacedRoute, type PlacedStep, layoutStudy } from './study-layout.ts';

const edge = 6;

/** A graph under this width, in pixels, is never enlarged; a wider one is not made narrower than this, but scrolls. */
const leastWideWidth = 736;
const mono = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';

/** Vermillion and bluish green of Okabe & Ito (2008); words say the same. */
const colors = { failed: '#D55E00', pass: '#009E73' } as const;

/** The same graph gives the same bytes. `id` begins every id in it. */
export function drawGraph(graph: StudyGraph, id: string): string {
  const layout = layoutStudy(graph);
  const [width, height] = [Math.ceil(layout.width) + 2 * edge, Math.ceil(layout.height) + 2 * edge];
  const frame = {
    xmlns: 'http://www.w3.org/2000/svg',
    role: 'img',
    'aria-labelledby': `${id}-title ${id}-description`,
    width,
    height,
    viewBox: `${-edge} ${-edge} ${width} ${height}`,
    ...(width < leastWideWidth ? { class: 'small' } : {}),
    fill: 'none',
    stroke: 'currentColor',
    'font-family': mono,
    'font-size': nodeType.size,
  };
  const description = `${graph.steps.length} steps; an arrow leads down from a step to those that read from it.`;
  return element(
    'svg',
    frame,
    element('title', { id: `${id}-title` }, 'The steps of the study'),
    element('desc', { id: `${id}-description` }, description),
    element('defs', {}, arrowHead(`${id}-arrow`)),
    layout.groups.map(group),
    trunks(layout.routes),
    layout.routes.map(route => arrow(route, `${id}-arrow`)),
    layout.steps.map(node),
  ).markup;
}

function arrowHead(id: string): Html {
  const frame = { id, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' };
  return element('marker', frame, element('path', { d: 'M0 0.8L7 4L0 7.2z', fill: 'currentColor', stroke: 'none' }));
}

function group({ label, box }: PlacedGroup): Html {
  const paper = { fill: 'currentColor', 'fill-opacity': 0.035, 'stroke-opacity': 0.28 };
  const name = { x: round(box.x + 14), y: round(box.y + 20), fill: 'currentColor', stroke: 'none', 'font-weight': 600 };
  return element('g', {}, element('rect', { ...rectangle(box), rx: 10, ...paper }), element('text', name, label));
}

/** Ways that several edges share are drawn once, or they would be darker than others. */
function trunks(routes: readonly PlacedRoute[]): Html[] {
  const shared = new Map<string, PlacedRoute['kind']>();
  for (const { points, kind } of routes)
    for (const [index, end] of points.slice(1, -1).entries()) shared.set(curve(points[index] ?? end, end), kind);
  return [...shared].filter(([d]) => d !== '').map(([d, kind]) => element('path', { d, ...lineLook(kind) }));
}

/** The last piece of an edge's way, with its head. */
function arrow({ from, to, kind, points }: PlacedRoute, head: string): Html {
  const [start, end] = [from, to].map(name => name.replace(/\.$/, ''));
  const words = kind === 'gate' ? `the verdict of ${start} may skip ${end}` : `${start} → ${end}`;
  const [before, last] = points.slice(-2);
  const d = before === undefined || last === undefined ? '' : curve(before, last);
  return element('path', { d, ...lineLook(kind), 'marker-end': `url(#${head})` }, element('title', {}, words));
}

function lineLook(kind: PlacedRoute['kind']) {
  return {
    'stroke-opacity': 0.5,
    'stroke-width': 1.3,
    'stroke-dasharray': kind === 'gate' ? '5 4' : undefined,
  };
}

/** Upright where it leaves and enters; nothing where it does not move. */
function curve(from: Point, to: Point): string {
  if (from.x === to.x && from.y === to.y) return '';
  const start = `M${round(from.x)} ${round(from.y)}`;
  if (from.x === to.x) return `${start}V${round(to.y)}`;
  const middle = round((from.y + to.y) / 2);
  return `${start}C${round(from.x)} ${middle} ${round(to.x)} ${middle} ${round(to.x)} ${round(to.y)}`;
}

function node(placed: PlacedStep): Html {
  const { step, text, box } = placed;
  const isFailed = step.states.failed > 0;
  const isMarked = isFailed || step.verdict === 'pass';
  const outline = {
    fill: 'currentColor',
    'fill-opacity': 0.05,
    stroke: isFailed ? colors.failed : isMarked ? colors.pass : undefined,
    'stroke-width': isMarked ? 1.8 : 1.1,
  };
  const shape =
    text.point > 0
      ? element('path', { d: diamond(box, text.point), ...outline })
      : element('rect', { ...rectangle(box), rx: 6, ...outline });
  return element('g', {}, element('title', {}, nodeWords(step)), shape, textLines(placed));
}

function textLines({ step: { states }, text, box }: PlacedStep): Html[] {
  const isFailed = states.failed + states.blocked > 0;
  const lines = text.trouble === '' ? text.lines : [...text.lines, text.trouble];
  const first = box.y + box.height / 2 - ((lines.length - 1) * nodeType.line) / 2 + nodeType.size * 0.36;
  return lines.map((line, index) => {
    const isTrouble = text.trouble !== '' && index === lines.length - 1;
    const isStrong = index === 0 || isTrouble;
    const look = {
      x: round(box.x + box.width / 2),
      y: round(first + index * nodeType.line),
      'text-anchor': 'middle',
      fill: isTrouble && isFailed ? colors.failed : 'currentColor',
      stroke: 'none',
      'font-weight': isStrong ? 700 : undefined,
      opacity: isStrong ? undefined : 0.78,
    };
    return element('text', look, line);
  });
}

function nodeWords({ step, use, axes, cells }: GraphStep): string {
  const over = axes.length > 0 ? ` over ${axes.join(' × ')}` : '';
  return `${step}: ${use}${over}, ${cells} ${cells === 1 ? 'cell' : 'cells'}`;
}

function rectangle({ x, y, width, height }: Box) {
  return { x: round(x), y: round(y), width: round(width), height: round(height) };
}

/** Pointed at both sides; a diamond where its text is short, else drawn out. */
function diamond({ x, y, width, height }: Box, length: number): string {
  const point = Math.min(width / 2, length);
  const [left, right, top, bottom] = [x, x + width, y, y + height].map(round);
  const [from, to, middle] = [x + point, x + width - point, y + height / 2].map(round);
  return `M${left} ${middle}L${from} ${top}H${to}L${right} ${middle}L${to} ${bottom}H${from}Z`;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
