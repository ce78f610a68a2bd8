import { expect, test } from 'vitest';
import { diagnosticList } from '../../planner/diagnostic-list.ts';
import { loadDocument } from '../../planner/load-document.ts';
import { keyLocation, valueLocation } from '../../planner/place.ts';
import { plainValue } from '../../planner/source-node.ts';

function load(text: string) {
  const list = diagnosticList();
  const document = loadDocument('a.yaml', new TextEncoder().encode(text), list);
  return { document, errors: list.errors() };
}

const valueOf = (text: string) => plainValue(load(text).document!.root);

test.each([
  [
    'the core schema of YAML 1.2',
    'a: no\nb: 0x10\nc: 1e3\nd: ~\ne: "1"\nf: 1_000',
    { a: 'no', b: 16, c: 1000, d: null, e: '1', f: '1_000' },
  ],
  ['anchors', 'a: &x { p: 1 }\nb: *x', { a: { p: 1 }, b: { p: 1 } }],
  ['anchors that are set again', 'a: &x 1\nb: *x\nc: &x 2\nd: *x', { a: 1, b: 1, c: 2, d: 2 }],
  [
    'merged maps, own entries first',
    'd: &d { p: 1, q: 2 }\na: { <<: *d, q: 3 }',
    { d: { p: 1, q: 2 }, a: { p: 1, q: 3 } },
  ],
  [
    'several merged maps, the first one first',
    'd: &d { p: 1 }\ne: &e { p: 2, q: 2 }\na: { <<: [*d, *e] }',
    { d: { p: 1 }, e: { p: 2, q: 2 }, a: { p: 1, q: 2 } },
  ],
  ['block texts', 'a: |\n  one\n  two\nb: >\n  one\n  two\n', { a: 'one\ntwo\n', b: 'one two\n' }],
  ['keys that are numbers', '1: a\ntrue: b', { 1: 'a', true: 'b' }],
  ['a byte order mark and Windows line ends', '\uFEFFa: 1\r\nb: [2,\r\n 3]\r\n', { a: 1, b: [2, 3] }],
])('%s are read', (_, text, value) => {
  expect(valueOf(text)).toEqual(value);
});

test('every value has its place', () => {
  const { document } = load('a: 1\nlist:\n  - x\n  - { key: "va\\u006cue" }\nb: \'text\'\n');
  const at = (...path: (string | number)[]) => ({ document: document!, path });
  expect(keyLocation(at('list'))).toEqual({ file: 'a.yaml', line: 2, column: 1, length: 4 });
  expect(valueLocation(at('list', 1, 'key'))).toEqual({ file: 'a.yaml', line: 4, column: 12, length: 12 });
  expect(keyLocation(at('list', 1, 'key'))).toEqual({ file: 'a.yaml', line: 4, column: 7, length: 3 });
  expect(keyLocation(at('list', 0))).toEqual({ file: 'a.yaml', line: 3, column: 5, length: 1 });
});

test('a piece of a text has its place where the text stands letter by letter, else the whole text has it', () => {
  const { document } = load('a: \'abc def\'\nb: "a\\u0062c def"\nc: abc def\n');
  const at = (key: string) => valueLocation({ document: document!, path: [key] }, { start: 4, end: 7 });
  expect(at('a')).toMatchObject({ line: 1, column: 9, length: 3 });
  expect(at('b')).toMatchObject({ line: 2, column: 4, length: 14 });
  expect(at('c')).toMatchObject({ line: 3, column: 8, length: 3 });
});

test('what is not there is at the nearest key around it', () => {
  const { document } = load('a:\n  b: 1\n');
  expect(valueLocation({ document: document!, path: ['a', 'c', 'd'] })).toMatchObject({ line: 1, column: 1 });
});

test.each([
  ['a: !!binary aGk=\n', 'E108'],
  ['a: .nan\n', 'E108'],
  ['? [a]\n: b\n', 'E108'],
  ['a: { <<: 3 }\n', 'E108'],
  ['a: 1\n---\nb: 2\n', 'E104'],
  ['a: [1, 2\nb: 3\n', 'E104'],
  ['%YAML 9.9\n---\na: 1\n', 'E104'],
  ['', 'E109'],
  ['---\n', 'E109'],
])('%j is refused', (text, code) => {
  expect(load(text).errors.map(error => error.code)).toEqual([code]);
});

test('duplicates are told all at once', () => {
  expect(
    load('a: 1\na: 2\nb: { c: 1, c: 2, c: 3 }\n').errors.map(({ location }) => [location.line, location.column]),
  ).toEqual([
    [2, 1],
    [3, 12],
    [3, 18],
  ]);
});

test('a document of a megabyte is read in seconds', () => {
  const text = `study: a\nsteps:\n${Array.from({ length: 20_000 }, (_, index) => `  s${index}: { use: no-op, with: { sleep: 0 } }\n`).join('')}`;
  const start = performance.now();
  expect(load(text).errors).toEqual([]);
  expect(performance.now() - start).toBeLessThan(10_000);
});
