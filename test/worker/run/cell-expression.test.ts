import { expect, test } from 'vitest';
import { UsageError } from '../../../worker/cli/exit-codes.ts';
import { type DescribedCell, cellExpression } from '../../../worker/run/cell-expression.ts';

const axes = { subset: [0, 1, 2, 11], condition: ['good', 'evil'] };
const cells: readonly DescribedCell[] = [
  { step: 'em', at: { subset: 2, condition: 'good' }, state: 'failed', class: 'diverged' },
  { step: 'em', at: { subset: 11, condition: 'evil' }, state: 'failed', class: 'user' },
  { step: 'score', at: { subset: 2, condition: 'good' }, state: 'blocked' },
  { step: 'join', at: {}, state: 'blocked' },
];

const chosen = (text: string) => cells.flatMap((cell, index) => (cellExpression(text, axes)(cell) ? [index] : []));

test.each([
  ['step == "em" && subset < 10 && class == "diverged"', [0]],
  ['state == "blocked"', [2, 3]],
  ['subset in [2, 3]', [0, 2]],
  ['step.startsWith("s") || condition == "evil"', [1, 2]],
  // What has no such axis, or did not fail, does not match; the other side of an `||` still may.
  ['subset < 10', [0, 2]],
  ['subset != 2', [1]],
  ['class != "user"', [0]],
  ['step == "join" || subset < 10', [0, 2, 3]],
  ['true', [0, 1, 2, 3]],
])('%s chooses %j', (text, indices) => {
  expect(chosen(text)).toEqual(indices);
});

test.each([
  ['subset <', /cannot be read/],
  ['subset < "x"', /cannot take/],
  ['subsets < 3', /did you mean `subset`/],
  ['subset', /It gives int, not true or false/],
  ['10 / (subset - 2) > 1', /em\[subset=2, condition=good\].*fails/],
])('%s is refused, with what is wrong', (text, message) => {
  expect(() => chosen(text)).toThrow(UsageError);
  expect(() => chosen(text)).toThrow(message);
});
