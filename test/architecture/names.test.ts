import { expect, test } from 'vitest';
import { sourceFiles } from './source-files.ts';

const files = sourceFiles();

test('no file or folder is called utils, helpers, common, misc, shared or lib', () => {
  const breaches = files.filter(({ file }) =>
    file.split(/[/.]/).some(part => /^(utils?|helpers?|common|misc|shared|lib)$/.test(part)),
  );
  expect(breaches.map(({ file }) => file)).toEqual([]);
});

test('files are named in kebab-case', () => {
  const breaches = files.filter(
    ({ file }) => !file.split('/').every(part => /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*$/.test(part)),
  );
  expect(breaches.map(({ file }) => file)).toEqual([]);
});

test('a file opens with a sentence that says what it is', () => {
  const breaches = files.filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text));
  expect(breaches.map(({ file }) => file)).toEqual([]);
});

test('a file has at most 300 lines', () => {
  const breaches = files.filter(({ text }) => text.split('\n').length > 301);
  expect(breaches.map(({ file }) => file)).toEqual([]);
});

test('there are no wildcard re-exports', () => {
  const breaches = files.filter(({ text }) => /^export \* /m.test(text));
  expect(breaches.map(({ file }) => file)).toEqual([]);
});
