/** `espalier plan STUDY`: what a run would do. */
import { existsSync } from 'node:fs';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import type { Plan } from '../../../schemas/plan.ts';
import { homeOf } from '../../home.ts';
import { forecast, type Forecast, type StepForecast } from '../../run/forecast.ts';
import { readTimings } from '../../run/timings.ts';
import { type AgainstRun, againstRun } from '../../run/against-run.ts';
import { findRun } from '../../run/find-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { whatChanged } from '../../run/what-changed.ts';
import { againstLines, changeLines, changesJson } from '../change-lines.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { foldGates } from '../fold-gates.ts';
import { type StudyArguments, diagnosticsJson, planOf, sayDiagnostics } from '../load-plan.ts';
import { count, duration, grouped } from '../quantities.ts';
import { textTable } from '../text-table.ts';
import { wrapText } from '../wrap-text.ts';

export interface PlanArguments extends StudyArguments {
  /** The run to hold it against; the study's last one without it. */
  readonly against: string | undefined;
}

export const plan: Command<PlanArguments> = async (context, given) => {
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
  const against = given.against === undefined ? undefined : await held(context, result.plan, given.against);
  const changed = store === undefined ? undefined : await whatChanged(store, result.plan);
  if (context.json) {
    const since = changed === undefined ? null : { ...changed, changes: changesJson(changed.changes) };
    const run = against === undefined ? {} : { against: { ...against, changes: changesJson(against.changes) } };
    printJson(context, { study, ...found, changed: since, ...run });
    return exitCodes.done;
  }
  const { terminal } = context;
  sayDiagnostics(context, result);
  printForecast(context, study, found);
  const lines =
    against !== undefined
      ? againstLines(against, terminal.width())
      : changed !== undefined && found.new + found.blocked > 0
        ? changeLines(changed, terminal.width())
        : [];
  if (lines.length > 0) for (const line of ['', ...lines]) terminal.out(line);
  return exitCodes.done;
};

/** Here a store must be there: a run is named. */
async function held({ config }: CommandContext, planned: Plan, name: string): Promise<AgainstRun> {
  const store = await openHomeStore(config.home);
  return againstRun(store, planned, await findRun(store, name));
}

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
