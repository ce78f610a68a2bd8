/** A figure as a file of its own. */

/** On white paper with dark ink: outside of a page nothing else says what its ink is. */
export function standaloneSvg(svg: string): string {
  return `${svg.replace(/^<svg/, '<svg style="background:#fff;color:#1a1c1f"')}\n`;
}
