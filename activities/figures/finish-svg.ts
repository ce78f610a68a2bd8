/** The last touches to vega's SVG: the same bytes every time, named for those who do not see it, hints on its marks. */
import { element, printable } from '../report/html.ts';
import { font } from './figure-theme.ts';

/** What the finished figure is called. */
export interface SvgNames {
  /** Begins every id, so that several figures can stand in one page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/**
 * Coordinates to two decimals, ids numbered in the order in which they come, a title and a description, and the line of
 * text of a mark as the hint that browsers show. What vega says of roles goes: beside one description of the whole, a
 * list of groups only gets in the way.
 */
export function finishSvg(svg: string, { id, title, description }: SvgNames): string {
  const ids = ownIds(svg, id);
  const body = printable(hinted(svg))
    .replaceAll(/<[^>]*>/g, tag => finishedTag(tag, ids))
    .replaceAll(emptyElements, '');
  const frame = `<svg role="img" aria-labelledby="${id}-title ${id}-description" font-family="${font.replaceAll('"', '&quot;')}"`;
  const names = [
    element('title', { id: `${id}-title` }, title),
    element('desc', { id: `${id}-description` }, description),
  ];
  return body.replace(
    /^<svg([^>]*)>/,
    (_, rest: string) => `${frame}${rest}>${names.map(name => name.markup).join('')}`,
  );
}

/** Grounds that are not painted, groups of nothing. */
const emptyElements = /<path(?: transform="[^"]*")? d="[^"]*"(?: opacity="1")?(?: display="none")?\/>|<g>\s*<\/g>/g;

/** vega counts its ids through the life of a process. */
function ownIds(svg: string, id: string): ReadonlyMap<string, string> {
  const tags = [...svg.matchAll(/<[^>]* id="([^"]+)"[^>]*>/g)];
  return new Map(tags.map(([, name = ''], index) => [name, `${id}-${index + 1}`]));
}

/** Labels of marks become titles: vega escapes attributes as it does text. */
function hinted(svg: string): string {
  return svg.replaceAll(
    /<path aria-label="([^"]*)"([^>]*?)(?:\/>|><\/path>)/g,
    (_, label: string, rest: string) => `<path${rest}><title>${label}</title></path>`,
  );
}

/** Within tags only: text may well look like an attribute or a long number. */
function finishedTag(tag: string, ids: ReadonlyMap<string, string>): string {
  return tag
    .replaceAll(/ (?:role|aria-roledescription|aria-hidden|aria-label|class|pointer-events|font-family)="[^"]*"/g, '')
    .replaceAll(/ (?:stroke-miterlimit="[^"]*"|xmlns:xlink="[^"]*"|version="[^"]*"|opacity="1")/g, '')
    .replaceAll(/ id="([^"]+)"/g, (_, name: string) => ` id="${ids.get(name) ?? name}"`)
    .replaceAll(/url\(#([^)]+)\)/g, (_, name: string) => `url(#${ids.get(name) ?? name})`)
    .replaceAll(/-?\d+\.\d{3,}(?:e-?\d+)?/g, number => String(Math.round(Number(number) * 100) / 100));
}
