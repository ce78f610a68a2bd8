import { expect, test } from 'vitest';
import { verdictLines } from '../../../worker/cli/verdict-lines.ts';
import type { DecidedGate } from '../../../worker/run/gate-outcomes.ts';
import { createRunView } from '../../../worker/run/run-view.ts';
import { planOf } from '../../activities/rig.ts';
import { recordedTerminal } from './recorded-terminal.ts';

const { gates, cells } = planOf(`
study: gated
steps:
  part: { use: no-op }
  lost: { use: no-op, with: { bytes: 1 } }
gates:
  H1: { claim: "pipeline seeds explain less of the spread than em seeds do, in every condition that was trained", estimand: { from: part, column: parts, take: first }, op: '>=', value: 0.5 }
  H2: { claim: "what was lost", estimand: { from: lost, column: parts, take: first }, op: '<', value: 2 }
`);

test('at 80 columns a claim wraps under its title, and a gate without a verdict says why', () => {
  const view = createRunView(cells);
  const lost = gates[1]!.cell;
  view.apply([
    { event: 'cell-ended', at: '2026-01-01T00:00:00.000Z', cell: lost, state: 'blocked', reason: 'needs lost' },
  ]);
  const decided = {
    name: 'H1',
    claim: gates[0]!.claim,
    group: null,
    op: '>=',
    threshold: 0.5,
    needs: 0,
    verdict: 'not_estimable',
    value: 0.123_45,
    n: 12,
    low: null,
    high: null,
    can_ever_reject: null,
    note: null,
    parts: [],
  } satisfies DecidedGate;
  const lines = verdictLines({ gates, decided: [decided], view }, recordedTerminal().paint, 80);
  expect(lines).toEqual([
    'verdict        gate  value  wanted     n  claim',
    'not estimable  H1    0.123  >= 0.500  12  pipeline seeds explain less of the',
    '                                          spread than em seeds do, in every',
    '                                          condition that was trained',
    'undecided      H2        –                what was lost (it was blocked: needs',
    '                                          lost)',
  ]);
});

test('a study without gates has no table', () => {
  const view = createRunView(cells);
  expect(verdictLines({ gates: [], decided: [], view }, recordedTerminal().paint, 80)).toEqual([]);
});
