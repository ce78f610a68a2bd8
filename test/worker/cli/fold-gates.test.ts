import { expect, test } from 'vitest';
import { foldGates } from '../../../worker/cli/fold-gates.ts';

const row = (step: string, cells = 1) => ({ step, cells, use: step.startsWith('gates.') ? 'gate' : 'no-op' });
const sum = (step: string, gates: readonly { readonly cells: number }[]) => ({
  ...row('gates.'),
  step,
  cells: gates.reduce((total, { cells }) => total + cells, 0),
});

test('many gates become one row at the place of the first; a few stay as they are', () => {
  const few = [row('a'), row('gates.H1'), row('gates.H2'), row('gates.H3'), row('b')];
  expect(foldGates(few, sum)).toEqual(few);
  const many = [row('a'), row('gates.H1'), row('gates.H2'), row('b'), row('gates.H3', 5), row('gates.H4')];
  expect(foldGates(many, sum).map(({ step, cells }) => [step, cells])).toEqual([
    ['a', 1],
    ['4 gates', 8],
    ['b', 1],
  ]);
});
