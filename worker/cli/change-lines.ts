/** What differs from an earlier run, for people: by step and field, old → new. */
import type { Json } from '../../schemas/json.ts';
import type { AgainstRun, StandingCounts } from '../run/against-run.ts';
import type { RecipeChange, WhatChanged } from '../run/what-changed.ts';
import { count, grouped } from './quantities.ts';
import { textTable } from './text-table.ts';
import { wrapText } from './wrap-text.ts';

/** A study may be another one altogether; then the first changes say so, and the rest are counted. */
const shownChanges = 12;

/** `since small-3:` and below it the changes, indented. */
export function changeLines({ since, changes, below, added, orphaned }: WhatChanged, width: number): string[] {
  return [
    `since ${since}:`,
    ...recipeLines(changes, width),
    ...(below > 0 ? [`  ${count(below, 'cell')} below, made from what changed`] : []),
    ...(added > 0 ? [`  ${count(added, 'cell')} that it did not have`] : []),
    ...(orphaned > 0 ? [`  ${count(orphaned, 'cell')} that it had, and the plan has no more`] : []),
  ];
}

function recipeLines(changes: readonly RecipeChange[], width: number): string[] {
  if (changes.length === 0) return [];
  const columns = [
    { title: 'step', flexible: true },
    { title: 'field' },
    { title: 'change', flexible: true },
    { title: 'cells', align: 'right' },
  ] as const;
  const rows = changes
    .slice(0, shownChanges)
    .map(({ step, field, before, after, cells }) => [
      step,
      field,
      `${shownValue(before)} → ${shownValue(after)}`,
      count(cells, 'cell'),
    ]);
  const [, ...lines] = textTable(columns, rows, width - 2);
  const more = changes.length - shownChanges;
  return [...lines, ...(more > 0 ? [`and ${count(more, 'more change')}`] : [])].map(line => `  ${line}`);
}

const standings = ['new', 'reused', 'invalidated', 'unmade', 'orphaned'] as const;

/** The plan against a run: counts by step, who made what is reused, which field invalidated what. */
export function againstLines(against: AgainstRun, width: number): string[] {
  const shown = standings.filter(standing => against[standing] > 0);
  const columns = [
    { title: 'step', flexible: true as const },
    ...shown.map(title => ({ title, align: 'right' as const })),
  ];
  const row = (name: string, counts: StandingCounts) => [
    name,
    ...shown.map(standing => (counts[standing] === 0 ? '' : grouped(counts[standing]))),
  ];
  const rows = [...against.steps.map(step => row(step.step, step)), row('all', against)];
  const makers = against.reused_from.map(({ run, cells }) => `${run} (${grouped(cells)})`);
  return [
    `against ${against.run}:`,
    ...textTable(columns, rows, width - 2).map(line => `  ${line}`),
    ...(makers.length > 0 ? wrapText(`reused from ${makers.join(', ')}`, width) : []),
    ...(against.invalidated > 0 ? ['invalidated by:', ...recipeLines(against.changes, width)] : []),
    ...(against.below > 0 ? [`  ${count(against.below, 'cell')} below, made from what changed`] : []),
    ...(against.unmade > 0 ? [`unmade: the same cells came to no result in ${against.run}`] : []),
    ...(against.orphaned > 0 ? [`orphaned: ${against.run} had them, and the plan has them no more`] : []),
  ];
}

export function shownValue(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/** Undefined has no JSON form; a field that a recipe lacks is null. */
export function changesJson(changes: readonly RecipeChange[]) {
  return changes.map(({ before = null, after = null, ...change }) => ({ ...change, before, after }));
}
