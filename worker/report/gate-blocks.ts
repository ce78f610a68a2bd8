/** Registered gates as tables, one for each group, in words that need no knowledge of the study's file. */
import { groupBy } from '../../stats/grouped-values.ts';
import { type Block, type Inline, type Tone, code, muted, paragraph, strong } from './document.ts';
import { counted, formatAlone, formatNumber, withMinus } from './format-value.ts';
import type { GateOutcome } from './gate-outcome.ts';

/** Nothing where the study has no gates. */
export function gateBlocks(gates: readonly GateOutcome[]): Block[] {
  if (gates.length === 0) return [];
  const groups = [...groupBy(gates, ({ group }) => group ?? '')];
  return [
    { kind: 'heading', level: 2, text: 'Registered gates', anchor: 'gates' },
    paragraph(
      `${verdictCounts(gates)} Each threshold was registered before the first cell ran; the digest names the exact specification.`,
    ),
    ...groups.flatMap(([group, members]): Block[] => [
      ...(group === '' ? [] : [{ kind: 'heading', level: 3, text: group } satisfies Block]),
      gateTable(members, group === '' ? 'Registered gates' : `Registered gates: ${group}`),
    ]),
  ];
}

/** `7 gates: 3 pass, 2 fail, 1 is inconclusive, 1 is undecided.` */
export function verdictCounts(gates: readonly GateOutcome[]): string {
  const counts = verdictOrder.flatMap(verdict => {
    const count = gates.filter(gate => gate.verdict === verdict).length;
    return count > 0 ? [`${count} ${verdictWords[verdict].word}`] : [];
  });
  return `${counted(gates.length, 'gate')}: ${counts.join(', ')}.`;
}

type Verdict = GateOutcome['verdict'];

const verdictOrder = ['pass', 'fail', 'inconclusive', 'not_estimable', 'undecided'] as const satisfies Verdict[];

const verdictWords: { readonly [verdict in Verdict]: { readonly word: string; readonly tone: Tone } } = {
  pass: { word: 'pass', tone: 'good' },
  fail: { word: 'fail', tone: 'bad' },
  inconclusive: { word: 'inconclusive', tone: 'unsure' },
  not_estimable: { word: 'not estimable', tone: 'unsure' },
  undecided: { word: 'undecided', tone: 'plain' },
};

function gateTable(gates: readonly GateOutcome[], label: string): Block {
  const headings = ['Claim', 'Estimate', 'Passes if', 'Verdict', 'Could it have rejected?', 'What followed'];
  return {
    kind: 'table',
    label,
    columns: headings.map(heading => ({ heading, align: 'left' })),
    rows: gates.map(gate => [
      claimOf(gate),
      estimateOf(gate),
      thresholdOf(gate),
      verdictOf(gate),
      powerOf(gate),
      [gate.followed.length > 0 ? gate.followed.join('; ') : 'nothing'],
    ]),
    layout: 'records',
  };
}

function claimOf({ name, claim, registered, key }: GateOutcome): Inline[] {
  return [
    strong(name),
    ` ${claim}`,
    { kind: 'break' },
    muted('registered '),
    code(registered.slice(0, 12)),
    muted(', cell '),
    { kind: 'cell', cell: { key, name: `gates.${name}` }, shows: 'key' },
  ];
}

function estimateOf({ estimand, estimate }: GateOutcome): Inline[] {
  const what: Inline[] = [{ kind: 'break' }, muted(estimand)];
  if (estimate === undefined) return ['none', ...what];
  const { value, n, low, high, p } = estimate;
  if (value === null) return [strong('not estimable'), ...(n === undefined ? [] : [`, n = ${n}`]), ...what];
  const interval = typeof low === 'number' && typeof high === 'number' ? `, 95 % interval ${range(low, high)}` : '';
  const units = n === undefined ? ', n not known' : `, n = ${n}`;
  const chance = typeof p === 'number' ? `, p = ${plain(p)}` : '';
  return [strong(plain(value)), `${interval}${units}${chance}`, ...what];
}

function range(low: number, high: number): string {
  return `${plain(low)} to ${plain(high)}`;
}

/** Three significant digits, whole numbers whole. */
function plain(value: number): string {
  return withMinus(formatAlone(value));
}

function thresholdOf({ op, threshold, needs }: GateOutcome): Inline[] {
  const units = needs > 0 ? [{ kind: 'break' } as const, muted(`on at least ${counted(needs, 'unit')}`)] : [];
  return [`${operatorWords[op]} ${plain(threshold)}`, ...units];
}

const operatorWords: { readonly [op in GateOutcome['op']]: string } = {
  '<': 'below',
  '<=': 'at most',
  '>': 'above',
  '>=': 'at least',
  '==': 'exactly',
  '!=': 'anything but',
};

function verdictOf({ verdict, reason, estimate, needs }: GateOutcome): Inline[] {
  const { word, tone } = verdictWords[verdict];
  const units = estimate?.n ?? 0;
  const why =
    reason ??
    (verdict === 'inconclusive' ? `${counted(units, 'unit')}, ${formatNumber(needs, 0)} are needed` : undefined);
  return [{ kind: 'badge', tone, text: word }, ...(why === undefined ? [] : [{ kind: 'break' } as const, muted(why)])];
}

/** Whether any outcome of this design could have been significant. */
function powerOf({ estimate }: GateOutcome): Inline[] {
  const note = estimate?.note === undefined ? [] : [{ kind: 'break' } as const, muted(estimate.note)];
  if (estimate?.can_ever_reject === undefined) return ['not a significance test', ...note];
  return [estimate.can_ever_reject ? 'yes' : strong('no'), ...note];
}
