/** `espalier plan STUDY`: what a run would do. */
import { existsSync } from 'node:fs';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import type { Json } from '../../../schemas/json.ts';
import { homeOf } from '../../home.ts';
import { forecast, type Forecast, type StepForecast } from '../../run/forecast.ts';
import { readTimings } from '../../run/timings.ts';
import { type WhatChanged, whatChanged } from '../../run/what-changed.ts';
import { sayCodeState } from '../code-notices.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { foldGates } from '../fold-gates.ts';
import { type StudyArguments, diagnosticsJson, planOf, sayDiagnostics } from '../load-plan.ts';
import { count, duration, grouped } from '../quantities.ts';
import { textTable } from '../text-table.ts';
import { wrapText } from '../wrap-text.ts';

export const plan: Command<StudyArguments> = async (context, given) => {
  const result = planOf(given);
  if (!result.ok) {
    if (context.json) printJson(context, { ok: false, diagnostics: diagnosticsJson(result) });
    else sayDiagnostics(context, result);
    return exitCodes.wrongInput;
  }
  const { config } = context;
  const home = homeOf(config.home);
  // Asking what would happen must not make anything happen: no store, no folder.
  const store = existsSync(home.store) ? await openFolderStore(home.store) : undefined;
  const found = await forecast(result.plan, { store, timings: await readTimings(config.home), slots: config.slots });
  const { study } = result.plan;
  const changed = store === undefined ? undefined : await whatChanged(store, result.plan);
  if (context.json)
    printJson(context, { study, ...found, changed: changed === undefined ? null : changedJson(changed) });
  else {
    sayDiagnostics(context, result);
    sayCodeState(context, result.plan.cellList);
    printForecast(context, study, found);
    if (changed !== undefined && found.new + found.blocked > 0) printChanged(context, changed);
  }
  return exitCodes.done;
};

function printForecast({ terminal, config }: CommandContext, study: string, found: Forecast): void {
  const columns = [
    { title: 'step', flexible: true },
    { title: 'use' },
    { title: 'cells', align: 'right' },
    { title: 'new', align: 'right' },
    { title: 'cached', align: 'right' },
    ...(found.blocked > 0 ? [{ title: 'blocked', align: 'right' } as const] : []),
    { title: 'work', align: 'right' },
  ] as const;
  const rows = foldGates(found.steps, sumForecasts)
    .filter(step => step.cells > 0)
    .map(step => [
      step.step,
      step.use,
      grouped(step.cells),
      grouped(step.new),
      grouped(step.cached),
      ...(found.blocked > 0 ? [grouped(step.blocked)] : []),
      step.new === 0 ? '' : step.seconds === null ? '?' : duration(step.seconds),
    ]);
  const [head = '', ...lines] = textTable(columns, rows, terminal.width());
  terminal.out(terminal.paint.bold(head));
  for (const line of lines) terminal.out(line);
  const time =
    found.seconds === null
      ? 'time unknown: some kinds have not run here yet'
      : `about ${duration(found.seconds)} on ${count(config.slots, 'slot')}`;
  const blocked =
    found.blocked > 0 ? `, ${grouped(found.blocked)} blocked (they ask for more than this machine has)` : '';
  terminal.out('');
  const summary = `${study}: ${count(found.cells, 'cell')}, ${grouped(found.new)} new, ${grouped(found.cached)} cached${blocked}`;
  for (const line of wrapText(found.new > 0 ? `${summary}; ${time}` : summary, terminal.width())) terminal.out(line);
}

function sumForecasts(name: string, steps: readonly StepForecast[]): StepForecast {
  const sum = (of: (step: StepForecast) => number) => steps.reduce((total, step) => total + of(step), 0);
  return {
    step: name,
    use: steps[0]?.use ?? '',
    cells: sum(step => step.cells),
    new: sum(step => step.new),
    cached: sum(step => step.cached),
    blocked: sum(step => step.blocked),
    seconds: steps.some(step => step.seconds === null) ? null : sum(step => step.seconds ?? 0),
  };
}

function changedJson({ changes, ...changed }: WhatChanged) {
  const given = changes.map(({ before = null, after = null, ...change }) => ({ ...change, before, after }));
  return { ...changed, changes: given };
}

/** A study may be another one altogether; then the first changes say so, and the rest are counted. */
const shownChanges = 12;

function printChanged({ terminal }: CommandContext, { since, changes, below, added }: WhatChanged): void {
  terminal.out('');
  terminal.out(`since ${since}:`);
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
      `${shown(before)} → ${shown(after)}`,
      count(cells, 'cell'),
    ]);
  const [, ...lines] = textTable(columns, rows, terminal.width() - 2);
  for (const line of lines) terminal.out(`  ${line}`);
  if (changes.length > shownChanges) terminal.out(`  and ${count(changes.length - shownChanges, 'more change')}`);
  if (below > 0) terminal.out(`  ${count(below, 'cell')} below, made from what changed`);
  if (added > 0) terminal.out(`  ${count(added, 'cell')} that it did not have`);
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
