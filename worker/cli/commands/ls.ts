/** `espalier ls`: the runs of this home. */
import { readPlanHead } from '../../../store/plan-files.ts';
import { homeOf } from '../../home.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { readRunView, shownState } from '../../run/read-run-view.ts';
import { findUp } from '../../run/up-file.ts';
import { type Command, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { ago, duration, grouped } from '../quantities.ts';
import { textTable } from '../text-table.ts';

export const ls: Command<object> = async context => {
  const { terminal, config, json } = context;
  const store = await openHomeStore(config.home);
  const served = findUp(homeOf(config.home)) !== undefined;
  const runs = await Promise.all(
    (await store.runs()).map(async record => {
      const { cells } = await readPlanHead(store, record.plan);
      const view = await readRunView(store, record.run, cells);
      const { done, cached, failed, blocked, skipped } = view.counts();
      const state = await shownState(store, { run: record.run, view, served });
      return {
        run: record.run,
        study: record.study,
        state,
        cells,
        executed: done,
        cached,
        failed,
        blocked,
        skipped,
        created: record.created,
        seconds: secondsOf(view),
      };
    }),
  );
  if (json) printJson(context, runs);
  else if (runs.length === 0) terminal.say('no run yet: espalier run STUDY');
  else {
    const right = 'right' as const;
    // Runs are told apart by their names' ends, so no name is cut; what nothing happened to takes no room.
    const troubles = (['failed', 'blocked'] as const).filter(each => runs.some(run => run[each] > 0));
    const columns = [
      { title: 'run' },
      { title: 'state' },
      { title: 'cells', align: right },
      { title: 'made', align: right },
      { title: 'cached', align: right },
      ...troubles.map(title => ({ title, align: right })),
      { title: 'took', align: right },
      { title: 'begun', align: right },
    ];
    const rows = runs.map(run => [
      run.run,
      run.state,
      grouped(run.cells),
      grouped(run.executed),
      grouped(run.cached),
      ...troubles.map(each => grouped(run[each])),
      run.seconds === null ? '' : duration(run.seconds),
      ago(new Date(run.created), new Date()),
    ]);
    const [head = '', ...lines] = textTable(columns, rows, terminal.width());
    terminal.out(terminal.paint.bold(head));
    for (const line of lines) terminal.out(line);
  }
  return exitCodes.done;
};

/** From the first start to the last end; null while it has not ended. */
function secondsOf(view: Awaited<ReturnType<typeof readRunView>>): number | null {
  const [started, ended] = [view.started(), view.ended()];
  return started === undefined || ended === undefined ? null : (Date.parse(ended) - Date.parse(started)) / 1000;
}
