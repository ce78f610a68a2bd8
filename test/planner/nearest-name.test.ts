import { expect, test } from 'vitest';
import { listNames, meantNames, nearestName, suggestion } from '../../planner/nearest-name.ts';

test.each([
  ['train-stf', ['train-sft', 'train-dpo'], 'train-sft'],
  ['wiht', ['with', 'when'], 'with'],
  ['uses', ['use', 'over'], 'use'],
  ['emSeed', ['em_seed', 'seed'], 'em_seed'],
  ['seed', ['pipeline_seed', 'condition'], 'pipeline_seed'],
  ['conditions', ['condition'], 'condition'],
  ['Id', ['ix', 'id'], 'id'],
  ['a', ['b', 'c'], undefined],
  ['xy', ['xz'], undefined],
  ['alignment', ['capability'], undefined],
  ['x', [], undefined],
])('of what is known, %s is nearest to %s', (name, known, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});

test('a suggestion ends the sentence', () => {
  expect(suggestion('modle', ['model'], 'port')).toBe('did you mean `model`?');
  expect(suggestion('x', ['model'], 'port')).toBe('there is `model`.');
  expect(suggestion('x', ['model', 'rows'], 'port')).toBe('there are `model` and `rows`.');
  expect(suggestion('x', [], 'port')).toBe('there is no port at all.');
});

test('many names are cut off', () => {
  expect(listNames(['a', 'b', 'c', 'd'], 2)).toBe('`a`, `b` and 2 more');
  expect(listNames([])).toBe('none');
});

test('known names that unknown ones resemble are meant', () => {
  expect([...meantNames(['modle', 'rows', 'zzz'], ['model', 'rows'])]).toEqual(['model']);
});
