/** Makes vega measure text by our estimate. */
import * as vega from 'vega';
import { textWidth } from './text-width.ts';

declare module 'vega' {
  /** How vega measures text; it means `width` to be replaced where there is no canvas, and has no type for it. */
  export const textMetrics: { width: (item: { readonly fontSize?: number }, text: string) => number };
}

/** Without this a machine that happens to have a canvas would lay figures out differently. */
export function measureTextAlike(): void {
  vega.textMetrics.width = (item, text) => textWidth(text, item.fontSize ?? 11);
}
