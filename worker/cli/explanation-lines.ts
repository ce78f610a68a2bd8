/** Why a cell stands as it does, for people: the answer first, then what it rests on, then the key. */
import type { Explanation } from '../run/explain-cell.ts';
import type { Waiting } from '../run/what-it-waits-for.ts';
import { shownValue } from './change-lines.ts';
import { count, duration, grouped } from './quantities.ts';
import type { Paint } from './terminal.ts';
import { textTable } from './text-table.ts';
import { wrapText } from './wrap-text.ts';

/** Cells of a chain, and cells whose change came through, that are named; the rest are counted. */
const shownCells = 6;

/** Fields of a key shown whole; of a longer one those that differ, and the others are counted. */
const shownParts = 24;

export function explanationLines(told: Explanation, paint: Paint, width: number): string[] {
  const facts = [
    fact(told.state, stateText(told)),
    ...chainFacts(told),
    ...told.attempts.map(({ class: failure, message, retry_in: wait }) =>
      fact('attempt', `failed (${failure}): ${message}${wait === undefined ? '' : `; again after ${duration(wait)}`}`),
    ),
    ...told.waits.map(wait => fact('waits', waitText(wait))),
    ...plannedFacts(told),
  ];
  return [
    `${paint.bold(told.cell)}  ${told.use}  ${paint.dim(told.key.slice(0, 12))}  in ${told.run}`,
    ...facts.flatMap(({ label, text }) => labelled(label, text, width)),
    '',
    ...keyLines(told, paint, width),
  ];
}

interface Fact {
  readonly label: string;
  readonly text: string;
}

function fact(label: string, text: string): Fact {
  return { label, text };
}

const labelWidth = 11;

function labelled(label: string, text: string, width: number): string[] {
  const lines = text.split('\n').flatMap(line => wrapText(line, width - labelWidth));
  return lines.map((line, index) => `${(index === 0 ? label : '').padEnd(labelWidth)}${line}`.trimEnd());
}

function stateText({ state, record, reason = '', class: failure }: Explanation): string {
  switch (state) {
    case 'done':
      return record === null
        ? 'in this run; its record is gone from the store'
        : `made in this run in ${duration(record.seconds)}`;
    case 'cached':
      return cachedText(record, reason);
    case 'failed':
      return `${failure === undefined ? '' : `(${failure}) `}${reason}`;
    case 'blocked':
    case 'skipped':
      return reason === '' ? 'no reason was written down' : reason;
    case 'cancelled':
      return reason === '' ? 'it was called off' : reason;
    case 'running':
      return 'it is at work now';
    case 'waiting':
      return reason === '' ? 'it has not ended' : reason;
  }
}

function cachedText(record: Explanation['record'], reason: string): string {
  if (record === null) return `${reason}; its record is gone from the store`;
  const made = `${record.name} of ${record.run}, made in ${duration(record.seconds)} on ${record.started.slice(0, 10)}`;
  return record.found_by === 'content'
    ? `by content: another key, but its inputs hold the same bytes as those of ${made}`
    : `by key: it is ${made}`;
}

function chainFacts({ chain }: Explanation): Fact[] {
  const told = chain.map(({ cell, state, class: failure, reason }) => {
    const why = reason === undefined ? '' : `: ${reason}`;
    return `${cell} ${state}${failure === undefined ? '' : ` (${failure})`}${why}`;
  });
  const shown = told.length <= shownCells ? told : [...told.slice(0, shownCells - 1), ...told.slice(-1)];
  const hidden = told.length - shown.length;
  return shown.map((text, index) =>
    fact('because', hidden > 0 && index === shown.length - 1 ? `… ${count(hidden, 'cell')} further up: ${text}` : text),
  );
}

function waitText(wait: Waiting): string {
  switch (wait.for) {
    case 'cells': {
      const names = wait.first.map(({ cell, state }) => `${cell} (${state})`).join(', ');
      const more = wait.open - wait.first.length;
      return `for ${names}${more > 0 ? ` and ${count(more, 'more', 'more')}` : ''}`;
    }
    case 'lease':
      return `${wait.holder}; it is looked again at ${wait.until}`;
    case 'back-off':
      return `for its back-off, until ${wait.until}`;
    case 'its own end':
      return `for nothing: it is at work, at ${grouped(wait.step)} of ${grouped(wait.steps)}`;
    case 'room':
      return `for a slot or its turn; its inputs are there since ${wait.since ?? 'the run began'}`;
    case 'the run to be resumed':
      return `for the run to be resumed; it is paused since ${wait.since}`;
    case 'somebody to go on with the run':
      return 'for somebody to go on with the run: it was interrupted (espalier resume)';
  }
}

function plannedFacts({ planned, state, record }: Explanation): Fact[] {
  if (planned === null) return [fact('planned', 'nothing was written down of why: the run is older than that')];
  const { since, reused, new: reasons, through } = planned;
  if (reused !== undefined && state === 'cached' && record?.run === reused) return [];
  if (reused !== undefined) return [fact('planned', `its key was recorded, by ${reused}`)];
  if (reasons.length === 0) return [];
  const lines = reasons.map(reason => reasonText(reason, since));
  const above = through.slice(0, shownCells).map(({ cell, new: own }) => {
    const [first] = own.map(reason => reasonText(reason, since));
    return `  ${cell}: ${first ?? 'new'}`;
  });
  const more = through.length - above.length;
  return [fact('new', [...lines, ...above, ...(more > 0 ? [`  and ${count(more, 'more cell')}`] : [])].join('\n'))];
}

type Reason = NonNullable<Explanation['planned']>['new'][number];

function reasonText({ why, field = '', before, after, state = '' }: Reason, since = 'the run before'): string {
  switch (why) {
    case 'first':
      return 'the study had not run here, and nothing else had made its key';
    case 'added':
      return `${since} had no cell of this name, and nothing else had made its key`;
    case 'changed':
      return before === undefined && after === undefined
        ? `${field} differs from ${since}`
        : `${field} ${shownValue(before)} → ${shownValue(after)} since ${since}`;
    case 'below':
      return `${field.replace('inputs.', 'what arrives at ')} is made from something that changed since ${since}`;
    case 'unmade':
      return `${since} had the same key and no result of it (${state})`;
  }
}

function keyLines({ nearest, parts }: Explanation, paint: Paint, width: number): string[] {
  const differing = parts.filter(({ differs }) => differs);
  const shown = parts.length <= shownParts || nearest === null ? parts : differing;
  const hidden = parts.length - shown.length;
  const columns = [
    { title: '' },
    { title: 'key part', flexible: true },
    { title: 'here', flexible: true },
    ...(nearest === null ? [] : [{ title: 'there', flexible: true as const }]),
  ] as const;
  const rows = shown.map(({ field, here, there, differs }) => [
    differs ? '*' : '',
    field,
    partText(here),
    ...(nearest === null ? [] : [partText(there)]),
  ]);
  const [head = '', ...lines] = textTable(columns, rows, width);
  const beside =
    nearest === null
      ? 'its key:'
      : `its key, and the nearest recorded before, ${nearest.cell} of ${nearest.run} ${paint.dim(nearest.key.slice(0, 12))} (${count(differing.length, 'difference')}):`;
  return [
    ...wrapText(beside, width),
    paint.bold(head),
    ...lines,
    ...(hidden > 0 ? [`and ${count(hidden, 'part')} alike`] : []),
  ];
}

function partText(value: Explanation['parts'][number]['here']): string {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
