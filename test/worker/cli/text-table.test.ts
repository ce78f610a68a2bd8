import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth } from '../../../planner/display-width.ts';
import { tableLines, textTable } from '../../../worker/cli/text-table.ts';
import { cutWords, wrapText } from '../../../worker/cli/wrap-text.ts';

const words = fc.array(fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme-ascii' }), { maxLength: 12 });

describe('wrapText', () => {
  test('breaks at spaces, and leaves words too wide for a line whole', () => {
    expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapText('see /a/long/path here', 6)).toEqual(['see', '/a/long/path', 'here']);
    expect(wrapText(cutWords('an unbreakable word', 4), 4)).toEqual(['an', 'unbr', 'eaka', 'ble', 'word']);
    expect(wrapText('  at the front', 8)).toEqual(['  at the', '  front']);
    expect(wrapText('', 10)).toEqual(['']);
  });

  test('keeps every character and the width', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 4, max: 40 }), (list, width) => {
        const text = list.map(word => word.replaceAll(/\s/g, '_')).join(' ');
        const lines = wrapText(cutWords(text, width), width);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});

describe('textTable', () => {
  const columns = [
    { title: 'verdict' },
    { title: 'n', align: 'right' },
    { title: 'claim', flexible: 'wraps' },
  ] as const;

  test('a column that wraps says all of its text within the width, under its own title', () => {
    const claim = 'pipeline seeds explain less of the spread than em seeds do';
    expect(textTable(columns, [['pass', '12', claim]], 40)).toEqual([
      'verdict   n  claim',
      'pass     12  pipeline seeds explain less',
      '             of the spread than em seeds',
      '             do',
    ]);
    const { body } = tableLines(
      columns,
      [
        ['pass', '1', claim],
        ['fail', '2', 'short'],
      ],
      40,
    );
    expect(body.map(({ length }) => length)).toEqual([3, 1]);
  });

  test('a column that is cut ends in a sign of it', () => {
    const cut = [
      { title: 'step', flexible: true },
      { title: 'cells', align: 'right' },
    ] as const;
    expect(textTable(cut, [['a-very-long-name-of-a-step', '1,000']], 24)).toEqual([
      'step               cells',
      'a-very-long-name…  1,000',
    ]);
  });

  test('no line is wider than the terminal, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 4 }), fc.integer({ min: 40, max: 120 }), (rows, width) => {
        const lines = textTable(
          columns,
          rows.map(list => ['fail', '1', list.join(' ')]),
          width,
        );
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
