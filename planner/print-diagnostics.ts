/** Diagnostics as people read them: what is wrong, the source line with the piece underlined, related places, the remedy. */
import picocolors from 'picocolors';
import type { Diagnostic, Location } from '../schemas/diagnostic.ts';
import { clip, displayWidth, printable } from './display-width.ts';

export interface PrintOptions {
  readonly color: boolean;
}

/** Texts by file, as `planStudy` returns them. */
export type SourceTexts = ReadonlyMap<string, string>;

/** Nothing is printed wider: two such windows fit on a screen. */
const lineWidth = 100;

type Colors = ReturnType<typeof picocolors.createColors>;

/** The whole text, with a line that counts at the end; empty without diagnostics. */
export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  texts: SourceTexts,
  { color }: PrintOptions,
): string {
  if (diagnostics.length === 0) return '';
  const colors = picocolors.createColors(color);
  const printed = diagnostics.map(diagnostic => printOne(diagnostic, texts, colors));
  return `${[...printed, count(diagnostics)].join('\n\n')}\n`;
}

function printOne(diagnostic: Diagnostic, texts: SourceTexts, colors: Colors): string {
  const { code, message, location, related, remedy } = diagnostic;
  const severity = severityOf(diagnostic);
  const paint = (text: string) => colors.bold(severity === 'error' ? colors.red(text) : colors.yellow(text));
  const head = `${severity} ${code}: `;
  const [first = '', ...rest] = wrap(message, lineWidth - head.length);
  return [
    `${paint(`${severity} ${code}`)}: ${colors.bold(first)}`,
    ...rest.map(line => colors.bold(' '.repeat(head.length) + line)),
    ...excerpt(location, texts, { colors, mark: '^', paint }),
    ...related.flatMap(({ location: place, note }) => [
      ...wrap(note, lineWidth - 2).map(line => `  ${line}`),
      ...excerpt(place, texts, { colors, mark: '-', paint: colors.cyan }),
    ]),
    ...hang(`  ${colors.green('fix')}: `, 7, wrap(remedy, lineWidth - 7)),
  ].join('\n');
}

interface Style {
  readonly colors: Colors;
  readonly mark: string;
  readonly paint: (text: string) => string;
}

/** The place and its source line, the piece underlined. */
function excerpt(location: Location, texts: SourceTexts, { colors, mark, paint }: Style): string[] {
  const { file, line, column, length } = location;
  const place = `  ${colors.cyan('-->')} ${printable(file)}:${line}:${column}`;
  const source = texts.get(file)?.split(/\r?\n/)[line - 1];
  if (source === undefined || source.trim() === '') return [place];
  const number = String(line);
  const gutter = ' '.repeat(number.length);
  const { text, indent, width } = window(source, column - 1, length, lineWidth - number.length - 5);
  const underline = ' '.repeat(indent) + mark.repeat(Math.max(1, width));
  return [
    place,
    `  ${colors.cyan(`${number} |`)} ${text}`.trimEnd(),
    `  ${gutter} ${colors.cyan('|')} ${paint(underline)}`,
  ];
}

/** A source line, cut to a width around the underlined piece where it is longer. */
function window(source: string, start: number, length: number, columns: number) {
  // More than can be shown on either side is not even measured: a line may be a megabyte long.
  const first = Math.max(0, start - columns);
  const pieceEnd = start + Math.min(length, columns);
  const last = Math.min(source.length, pieceEnd + columns);
  const line = printable(source.slice(first, last));
  const indent = displayWidth(printable(source.slice(first, start)));
  const width = displayWidth(printable(source.slice(start, pieceEnd)));
  const isCut = first > 0 || last < source.length;
  if (!isCut && displayWidth(line) <= columns) return { text: line, indent, width };
  const shown = Math.min(width, columns - 2);
  const from = first === 0 && indent + shown < columns ? 0 : Math.max(0, indent - Math.floor((columns - shown) / 2));
  const head = from > 0 || first > 0 ? '…' : '';
  const to = from + columns - 2;
  return {
    text: `${head}${clip(line, from, to)}${to < displayWidth(line) ? '…' : ''}`,
    indent: indent - from + head.length,
    width: shown,
  };
}

function severityOf({ code }: Diagnostic): 'error' | 'warning' {
  return code.startsWith('W') ? 'warning' : 'error';
}

function hang(head: string, width: number, lines: readonly string[]): string[] {
  return lines.map((line, index) => (index === 0 ? head + line : ' '.repeat(width) + line));
}

/** Words in lines of at most some columns; a longer word stays whole. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function count(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(diagnostic => severityOf(diagnostic) === 'error').length;
  const warnings = diagnostics.length - errors;
  const counted = [plural(errors, 'error'), plural(warnings, 'warning')].filter(part => part !== '');
  return counted.join(', ');
}

function plural(n: number, noun: string): string {
  return n === 0 ? '' : `${n} ${noun}${n === 1 ? '' : 's'}`;
}
