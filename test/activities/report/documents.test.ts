import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Block, Inline } from '../../../activities/report/document.ts';
import { withCode } from '../../../activities/report/document.ts';
import { documentHtml } from '../../../activities/report/document-html.ts';
import { documentMarkdown } from '../../../activities/report/document-markdown.ts';
import { element, escapeHtml } from '../../../activities/report/html.ts';
import { codeSpan, escapeMarkdown } from '../../../activities/report/markdown.ts';

const hostile = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg/onload=alert(1)>',
  "' onmouseover='alert(1)",
  '&lt;b&gt; & co',
  '![x](https://example.org/pixel.png)',
  '[x](javascript:alert(1))',
  '`code` **bold** _it_ ~~gone~~ $x$ | cell',
  '# heading',
  '- item',
  '1. first',
  '\u202Eelbasrever \u200Fright',
  '👩‍🔬 schön',
  'a\u0000b\u0007c\uD800d',
  'x'.repeat(5000),
];

/** Every place of a document that takes text. */
function blocksWith(text: string): Block[] {
  const cell = { key: '0123456789abcdef'.repeat(4), name: text };
  const inlines: Inline[] = [
    text,
    { kind: 'code', text },
    { kind: 'strong', text },
    { kind: 'muted', text },
    { kind: 'badge', tone: 'good', text },
    { kind: 'link', anchor: 'here', text },
    { kind: 'cell', cell, shows: 'name' },
    { kind: 'cell', cell, shows: 'key' },
    { kind: 'cells', cells: [cell, cell] },
  ];
  return [
    { kind: 'heading', level: 2, text },
    { kind: 'paragraph', content: inlines },
    { kind: 'caption', content: [text] },
    { kind: 'list', items: [[text]] },
    { kind: 'definitions', entries: [{ term: text, content: inlines }] },
    { kind: 'code', text },
    { kind: 'note', tone: 'missing', content: [text] },
    { kind: 'details', summary: [text], blocks: [{ kind: 'paragraph', content: [text] }] },
    { kind: 'table', label: text, columns: [{ heading: text, align: 'left' }], rows: [[inlines]], layout: 'records' },
    { kind: 'figure', svg: '<svg></svg>', alternative: text, path: 'figures/a.svg', caption: [text] },
  ];
}

/** Names of tags in markup; text never makes one. */
function tagsIn(markup: string): string[] {
  return [...markup.matchAll(/<\/?([a-zA-Z][^\s>/]*)/g)].map(match => match[1]!.toLowerCase());
}

const ours = tagsIn(documentHtml(blocksWith('plain')));

test.each(hostile)('HTML keeps %j as text', text => {
  const html = documentHtml(blocksWith(text));
  expect(tagsIn(html)).toEqual(ours);
  expect(html).not.toMatch(/[^\P{Cc}\n\t]|\p{Cs}/u);
  for (const [tag] of html.matchAll(/<[^>]*>/g)) expect(tag.replaceAll(/"[^"]*"/g, '')).not.toMatch(/['"]|\son/);
});

test('whatever the text, the elements are ours', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      expect(tagsIn(documentHtml(blocksWith(text)))).toEqual(ours);
    }),
    { numRuns: 40 },
  );
});

test('HTML escapes what begins markup, and only that', () => {
  expect(escapeHtml(`<a href="x">it's & that</a>`)).toBe('&lt;a href=&quot;x&quot;&gt;it&#39;s &amp; that&lt;/a&gt;');
  expect(escapeHtml('a\nb\tc 👩‍🔬 ü')).toBe('a\nb\tc 👩‍🔬 ü');
  expect(element('p', { id: '"', class: undefined, n: 3 }, '<', 2).markup).toBe('<p id="&quot;" n="3">&lt;2</p>');
});

test.each([
  ['<img src=x>', String.raw`\<img src=x\>`],
  ['![x](https://example.org)', String.raw`!\[x\](https://example.org)`],
  ['good_wrong', 'good_wrong'],
  ['_it_ and __it__', String.raw`\_it\_ and \_\_it\_\_`],
  ['a|b', String.raw`a\|b`],
  ['a `b` **c** ~d~ $e$', String.raw`a \`b\` \*\*c\*\* \~d\~ \$e\$`],
  ['# not a heading', String.raw`\# not a heading`],
  ['- not an item', String.raw`\- not an item`],
  ['12. not first', String.raw`12\. not first`],
  ['---', String.raw`\---`],
  ['-21.3', '-21.3'],
  ['two\n\nlines', 'two lines'],
  ['a\\b', String.raw`a\\b`],
])('Markdown writes %j as text', (text, markdown) => {
  expect(escapeMarkdown(text)).toBe(markdown);
});

test.each(hostile)('Markdown keeps %j from being a picture, a tag or a new cell', text => {
  const markdown = documentMarkdown(blocksWith(text));
  const outsideCode = markdown.replaceAll(/```[^]*?```/g, '').replaceAll(/(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '');
  expect(outsideCode.replaceAll(String.raw`\<`, '').replaceAll(/<a id="[^"]*"><\/a>/g, '')).not.toContain('<');
  expect(outsideCode.match(/(?<!\\)!\[/g)).toHaveLength(1);
  const table = markdown.split('\n').filter(line => line.startsWith('|'));
  expect(table).toHaveLength(3);
  for (const line of table) expect(line.match(/(?<!\\)\|/g)).toHaveLength(2);
});

test('code within a line is fenced by more backticks than it holds', () => {
  expect(codeSpan('a')).toBe('`a`');
  expect(codeSpan('a `b`` c')).toBe('```a `b`` c```');
  expect(codeSpan('`a')).toBe('`` `a ``');
});

test('words between backticks become code', () => {
  expect(withCode('see `main.score` and `x`')).toEqual([
    'see ',
    { kind: 'code', text: 'main.score' },
    ' and ',
    { kind: 'code', text: 'x' },
    '',
  ]);
  expect(withCode('a lone ` stays')).toEqual(['a lone ` stays']);
});

test('what folds away does not stand in a paragraph, which HTML would end before it', () => {
  const cells = [1, 2].map(number => ({ key: `${number}`.repeat(64), name: `cell ${number}` }));
  const html = documentHtml([{ kind: 'paragraph', content: ['From ', { kind: 'cells', cells }] }]);
  expect(html).toMatch(/^<div>From <details class="cells"><summary>2 cells<\/summary>/);
});
