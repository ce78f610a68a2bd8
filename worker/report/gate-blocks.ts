/** Registered gates as tables, one for each group, in words that need no knowledge of the study's file. */
import {
  type Block,
  type Inline,
  type Tone,
  code,
  muted,
  paragraph,
  strong,
} from '../../activities/report/document.ts';
import { counted, formatAlone, withMinus } from '../../activities/report/format-value.ts';
import type { GateOutcome } from '../../activities/report/gate-outcome.ts';
import { groupBy } from '../../stats/grouped-values.ts';
import type { RegisteredGate } from './page-model.ts';
import { verdictWords } from './run-graph.ts';

/** Nothing where the study has no gates. */
export function gateBlocks(gates: readonly RegisteredGate[]): Block[] {
  if (gates.length === 0) return [];
  const groups = [...groupBy(gates, ({ outcome }) => outcome.group ?? '')];
  const tellsWhatFollowed = gates.some(({ followed }) => followed.length > 0);
  return [
    { kind: 'heading', level: 2, text: 'Registered gates', anchor: 'gates' },
    paragraph(
      `${verdictCounts(gates)} Each was registered, threshold and all, before the first cell ran; the digest names that text.${tellsWhatFollowed ? '' : ' No verdict skipped anything.'}`,
    ),
    ...groups.flatMap(([group, members]): Block[] => [
      ...(groups.length === 1 && group === ''
        ? []
        : [{ kind: 'heading', level: 3, text: group || 'Others' } satisfies Block]),
      gateTable(members, group === '' ? 'Registered gates' : `Registered gates: ${group}`, tellsWhatFollowed),
    ]),
  ];
}

type Verdict = GateOutcome['verdict'];

const verdictOrder: readonly Verdict[] = ['pass', 'fail', 'inconclusive', 'not_estimable', 'undecided'];

const verdictTones: { readonly [verdict in Verdict]: Tone } = {
  pass: 'good',
  fail: 'bad',
  inconclusive: 'unsure',
  not_estimable: 'unsure',
  undecided: 'plain',
};

/** `7 gates: 3 pass, 2 fail, 1 inconclusive, 1 undecided.` */
export function verdictCounts(gates: readonly RegisteredGate[]): string {
  const counts = verdictOrder.flatMap(verdict => {
    const count = gates.filter(({ outcome }) => outcome.verdict === verdict).length;
    return count > 0 ? [`${count} ${verdictWords[verdict]}`] : [];
  });
  return `${counted(gates.length, 'gate')}: ${counts.join(', ')}.`;
}

function gateTable(gates: readonly RegisteredGate[], label: string, tellsWhatFollowed: boolean): Block {
  const headings = ['Claim', 'Estimate', 'Passes if', 'Verdict', 'Could it have rejected?'];
  const shown = tellsWhatFollowed ? [...headings, 'What followed'] : headings;
  return {
    kind: 'table',
    label,
    columns: shown.map(heading => ({ heading, align: 'left' })),
    rows: gates.map(gate => [
      claimOf(gate),
      estimateOf(gate),
      thresholdOf(gate.outcome),
      verdictOf(gate),
      powerOf(gate.outcome),
      ...(tellsWhatFollowed ? [[gate.followed.join('; ') || 'nothing was skipped']] : []),
    ]),
    layout: 'records',
  };
}

function claimOf({ outcome, registered, cell }: RegisteredGate): Inline[] {
  return [
    strong(outcome.name),
    ` ${outcome.claim}`,
    { kind: 'break' },
    muted('registered '),
    code(registered.slice(0, 12)),
    muted(', cell '),
    { kind: 'cell', cell, shows: 'key' },
  ];
}

function estimateOf({ outcome, estimand }: RegisteredGate): Inline[] {
  const what: Inline[] = [{ kind: 'break' }, muted(estimand)];
  if (outcome.verdict === 'undecided') return ['none yet', ...what];
  const { value, n, low, high, parts } = outcome;
  const interval = low !== null && high !== null ? `, 95\u00A0% interval ${plain(low)} to ${plain(high)}` : '';
  const units = n === null ? ', n not known' : `, n\u00A0=\u00A0${n}`;
  const number = value === null ? 'not estimable' : plain(value);
  // The numbers behind a difference or a ratio say more than it does.
  const operands = parts.map(
    part => `${part.value === null ? 'none' : plain(part.value)} (n = ${part.n ?? 'not known'})`,
  );
  const behind: Inline[] = parts.length > 1 ? [muted(`: ${operands.join(', ')}`)] : [];
  return [strong(number), `${interval}${units}`, ...what, ...behind];
}

/** Three significant digits, whole numbers whole. */
function plain(value: number): string {
  return withMinus(formatAlone(value));
}

function thresholdOf({ op, threshold, needs }: GateOutcome): Inline[] {
  const units: Inline[] = needs > 1 ? [{ kind: 'break' }, muted(`from at least ${counted(needs, 'unit')}`)] : [];
  return [`${operatorWords[op]} ${withMinus(String(threshold))}`, ...units];
}

const operatorWords: { readonly [op in GateOutcome['op']]: string } = {
  '<': 'below',
  '<=': 'at most',
  '>': 'above',
  '>=': 'at least',
  '==': 'exactly',
  '!=': 'anything but',
};

function verdictOf({ outcome, approval }: RegisteredGate): Inline[] {
  const badge: Inline = { kind: 'badge', tone: verdictTones[outcome.verdict], text: verdictWords[outcome.verdict] };
  const notes = [whyNot(outcome), approval].filter(note => note !== undefined);
  return [badge, ...notes.flatMap((note): Inline[] => [{ kind: 'break' }, muted(note)])];
}

function whyNot(outcome: GateOutcome): string | undefined {
  if (outcome.verdict === 'undecided') return outcome.reason;
  if (outcome.verdict !== 'inconclusive') return undefined;
  return outcome.n === null ? 'its n is not known' : `${counted(outcome.n, 'unit')} of ${outcome.needs}`;
}

/** Whether any outcome of this design could have been significant. */
function powerOf(outcome: GateOutcome): Inline[] {
  if (outcome.verdict === 'undecided') return ['not known yet'];
  const { can_ever_reject: canReject, note } = outcome;
  const answer: Inline = canReject === null ? 'not a test of significance' : canReject ? 'yes' : strong('no');
  return note === null ? [answer] : [answer, { kind: 'break' }, muted(note)];
}
