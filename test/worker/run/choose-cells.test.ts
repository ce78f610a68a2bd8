import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellName } from '../../../schemas/plan.ts';
import { chooseCells } from '../../../worker/run/choose-cells.ts';
import { planOf } from '../../activities/rig.ts';

const plan = planOf(`
study: choice
axes: { i: { count: 3 } }
steps:
  early: { use: no-op, over: [i] }
  late: { use: no-op, in: { parts: early } }
  join: { use: no-op, over: [], in: { parts: late } }
  most: { use: no-op, over: [], in: { parts: { from: late, quorum: 2 } } }
`);
const cells = plan.cellList;
const nameOf = (index: number) => cellName(cells[index]!.step, cells[index]!.at);

/** With these cells without a result, and these chosen: names of what is made, left and stuck. */
function choice(lacking: readonly string[], chosen: readonly string[]) {
  const recorded = cells.map(({ index }) => !lacking.includes(nameOf(index)));
  const isChosen = ({ index }: { readonly index: number }) => chosen.includes(nameOf(index));
  const { made, left, stuck } = chooseCells({ cells, recorded, isChosen });
  const names = (list: typeof made) => list.map(({ index }) => nameOf(index));
  return {
    made: names(made),
    left: names(left),
    stuck: stuck.map(({ cell, lacks }) => [nameOf(cell.index), lacks && nameOf(lacks.index)]),
  };
}

const below = ['late[i=0]', 'late[i=1]', 'join', 'most'];

test.each([
  [
    'what waited for a chosen cell alone comes with it',
    ['late[i=1]', 'join', 'most'],
    ['late[i=1]'],
    ['late[i=1]', 'join', 'most'],
  ],
  [
    'a fan-in that lacks another cell stays; one whose quorum is met comes',
    below,
    ['late[i=1]'],
    ['late[i=1]', 'most'],
  ],
  [
    'what waits for nothing that is chosen stays, even where it could run',
    ['late[i=0]', 'most'],
    ['late[i=0]'],
    ['late[i=0]', 'most'],
  ],
  ['cells with results are never made', ['join'], ['late[i=1]', 'join'], ['join']],
  ['nothing is made where nothing is chosen', below, [], []],
])('%s', (_, lacking, chosen, made) => {
  const found = choice(lacking, chosen);
  expect(found.made).toEqual(made);
  expect(found.left).toEqual(lacking.filter(name => !made.includes(name)));
});

test('a chosen cell that needs one which is not chosen is told with what it needs', () => {
  expect(choice(below, ['join']).stuck).toEqual([['join', 'late[i=0]']]);
});

test('what lacks a result is made or left, and what is made has its quorums met, whatever is chosen', () => {
  const some = fc.subarray(cells.map(({ index }) => index));
  fc.assert(
    fc.property(some, some, (lacking, chosen) => {
      const recorded = cells.map(({ index }) => !lacking.includes(index));
      const { made, left } = chooseCells({ cells, recorded, isChosen: ({ index }) => chosen.includes(index) });
      const makes = new Set(made.map(({ index }) => index));
      expect([...makes, ...left.map(({ index }) => index)].toSorted((a, b) => a - b)).toEqual(
        lacking.toSorted((a, b) => a - b),
      );
      for (const cell of made) {
        for (const { parts, quorum } of Object.values(cell.inputs))
          expect(parts.filter(part => recorded[part.cell] || makes.has(part.cell)).length).toBeGreaterThanOrEqual(
            quorum,
          );
        const isBelow = Object.values(cell.inputs).some(({ parts }) => parts.some(part => makes.has(part.cell)));
        expect(isBelow || chosen.includes(cell.index)).toBe(true);
      }
    }),
  );
});
