import { expect, test } from 'vitest';
import { clip, displayWidth, printable } from '../../planner/display-width.ts';
import { printDiagnostics } from '../../planner/print-diagnostics.ts';
import type { Diagnostic } from '../../schemas/diagnostic.ts';

const diagnostic = (change: Partial<Diagnostic> = {}): Diagnostic => ({
  code: 'E151',
  message: 'There is no step kind `train-stf`; did you mean `train-sft`?',
  remedy: 'Write `use: train-sft`.',
  location: { file: 'a.yaml', line: 2, column: 6, length: 9 },
  related: [],
  ...change,
});

const print = (text: string, ...diagnostics: Diagnostic[]) =>
  printDiagnostics(diagnostics, new Map([['a.yaml', text]]), { color: false });

test('nothing is printed of nothing', () => {
  expect(print('')).toBe('');
});

test('a problem is told with its line, the piece underlined, and the remedy', () => {
  expect(print('steps:\nuse: train-stf\n', diagnostic()))
    .toBe(`error E151: There is no step kind \`train-stf\`; did you mean \`train-sft\`?
  --> a.yaml:2:6
  2 | use: train-stf
    |      ^^^^^^^^^
  fix: Write \`use: train-sft\`.

1 error
`);
});

test('errors and warnings are counted', () => {
  const warning = diagnostic({ code: 'W301' });
  expect(print('', diagnostic(), diagnostic(), warning)).toMatch(
    /^error E151[^]*warning W301[^]*\n2 errors, 1 warning\n$/,
  );
});

test('long sentences are broken at 100 columns, and go on where they began', () => {
  const lines = print('', diagnostic({ message: 'word '.repeat(40).trim(), remedy: 'more '.repeat(40).trim() })).split(
    '\n',
  );
  expect(lines.every(line => line.length <= 100)).toBe(true);
  expect(lines[1]).toMatch(/^ {12}word/);
});

test('a place in a file that is not at hand is told without its line', () => {
  const elsewhere = diagnostic({ location: { file: 'b.yaml', line: 7, column: 1, length: 3 } });
  expect(print('', elsewhere)).toContain('  --> b.yaml:7:1\n  fix: ');
});

test('tabs and wide characters are underlined where they stand', () => {
  const text = 'x\n\t測定: [値, b]\n';
  const at = (column: number, length: number) =>
    print(text, diagnostic({ location: { file: 'a.yaml', line: 2, column, length } }))
      .split('\n')
      .slice(2, 4);
  expect(at(2, 2)).toEqual(['  2 |     測定: [値, b]', '    |     ^^^^']);
  expect(at(7, 1)).toEqual(['  2 |     測定: [値, b]', '    |            ^^']);
  expect(at(10, 1)).toEqual(['  2 |     測定: [値, b]', '    |                ^']);
});

test('a long line is cut around the piece', () => {
  const text = `\n${'a'.repeat(300)}HERE${'b'.repeat(300)}`;
  const [line, underline] = print(text, diagnostic({ location: { file: 'a.yaml', line: 2, column: 301, length: 4 } }))
    .split('\n')
    .slice(2, 4);
  expect(line!.length).toBeLessThanOrEqual(100);
  expect(line).toMatch(/\| …a+HEREb+…$/);
  expect(underline!.indexOf('^')).toBe(line!.indexOf('HERE'));
  expect(underline).toMatch(/ \^\^\^\^$/);
});

test('a piece longer than the screen is underlined as far as it is shown', () => {
  const text = `\n${'x'.repeat(2_000_000)}`;
  const [line, underline] = print(
    text,
    diagnostic({ location: { file: 'a.yaml', line: 2, column: 1, length: 2_000_000 } }),
  )
    .split('\n')
    .slice(2, 4);
  expect(line!.length).toBeLessThanOrEqual(100);
  expect(underline!.length).toBeLessThanOrEqual(100);
});

test('colors are there when asked for, and only then', () => {
  const escape = String.fromCodePoint(27);
  expect(print('', diagnostic())).not.toContain(escape);
  const colored = printDiagnostics([diagnostic()], new Map([['a.yaml', 'x\nuse: train-stf']]), { color: true });
  expect(colored).toContain(`${escape}[31merror E151`);
});

test('widths are those of a terminal', () => {
  expect(displayWidth('abc')).toBe(3);
  expect(displayWidth('日本語')).toBe(6);
  expect(displayWidth('e\u0301')).toBe(1);
  expect(displayWidth('🙂')).toBe(2);
  expect(printable('a\tb\u0000c\u007F')).toBe('a    b␀c\uFFFD');
  expect(clip('日本語', 1, 5)).toBe(' 本 ');
  expect(clip('abcdef', 2, 4)).toBe('cd');
});
