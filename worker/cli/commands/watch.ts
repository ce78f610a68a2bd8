/** `espalier watch RUN`: a run as it goes on, from its log alone, whoever is at it and wherever. */
import { allCells } from '../../../activities/open-run.ts';
import { createPlanReader } from '../../../activities/plan-reader.ts';
import type { Store } from '../../../store/store.ts';
import { homeOf } from '../../home.ts';
import { findRun } from '../../run/find-run.ts';
import { followRun } from '../../run/follow-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { shownState } from '../../run/read-run-view.ts';
import { type RunView, createRunView } from '../../run/run-view.ts';
import { createSavedWork } from '../../run/saved-work.ts';
import { findUp } from '../../run/up-file.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type DisplayedRun, createProgressDisplay } from '../progress-display.ts';
import { runSnapshot } from '../run-snapshot.ts';

export const watch: Command<{ readonly run: string | undefined }> = async (context, given) => {
  const store = await openHomeStore(context.config.home);
  const record = await findRun(store, given.run);
  const { run } = record;
  const plans = createPlanReader(store);
  const cells = await allCells(plans, record.plan, await plans.head(record.plan));
  const view = createRunView(cells.length);
  const saved = createSavedWork(store, run, cells);
  const state = () => shownState(store, { run, view, served: findUp(homeOf(context.config.home)) !== undefined });
  if (!context.json) return watchOn(context, store, { run, cells, view, saved }, state);
  const { events } = await store.events(run);
  view.apply(events);
  printJson(context, await runSnapshot({ record, state: await state(), cells, view, events, saved }));
  return exitCodes.done;
};

async function watchOn(
  context: CommandContext,
  store: Store,
  watched: DisplayedRun & Required<Pick<DisplayedRun, 'saved'>>,
  state: () => Promise<string>,
): Promise<ExitCode> {
  const { terminal, signal } = context;
  const { run, view, saved } = watched;
  const display = createProgressDisplay(terminal, watched);
  let caughtUp = false;
  const isGone = async () => ['interrupted', 'new'].includes(await state());
  const followed = await followRun(store, run, {
    view,
    onChange: events => {
      (caughtUp ? display.update : display.catchUp)(events);
      caughtUp = true;
    },
    signal,
    isGone,
    checksAtOnce: true,
  });
  display.end();
  if (followed === 'called-off') {
    terminal.say(`${run} goes on unwatched. Watch it again with: espalier watch ${run}`);
    return exitCodes.interrupted;
  }
  await saved.settled();
  for (const line of display.lines()) terminal.out(line);
  terminal.out(`${run}: ${await state()}`);
  if (followed === 'ended') return wentWell(view) ? exitCodes.done : exitCodes.cellsFailed;
  terminal.say(`nobody is at ${run} now. Go on with: espalier resume ${run}`);
  return exitCodes.interrupted;
}

function wentWell(view: RunView): boolean {
  const { failed, blocked, cancelled } = view.counts();
  return failed + blocked + cancelled === 0 && view.branchFailures().length === 0;
}
