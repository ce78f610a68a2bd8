import { expect, test } from 'vitest';
import { sourceFiles } from './source-files.ts';

/** Two calendar times of one process: `Date.now() - begun`, `Date.now() >= end`. Times that files tell are another matter. */
const calendarDifference = /Date\.now\(\)\s*(?:-|<|>|<=|>=)\s*[a-zA-Z]+\s*[);,?\n]/;

test('time that has passed is told by the steady clock: the calendar jumps', () => {
  const wrong = sourceFiles().filter(({ text }) => calendarDifference.test(text));
  expect(wrong.map(({ file }) => file)).toEqual([]);
  expect('if (Date.now() - begun) / 1000').toMatch(calendarDifference);
});
