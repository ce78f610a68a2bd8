/** `espalier resume RUN`: goes on with a run whose command was ended. */
import { allCells } from '../../../activities/open-run.ts';
import { createPlanReader } from '../../../activities/plan-reader.ts';
import { runCommand } from '../../report/commands.ts';
import { hasEnded, noteStart } from '../../run/begin-run.ts';
import { findRun } from '../../run/find-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import type { Command } from '../command.ts';
import { executeRun } from '../execute-run.ts';
import { UsageError } from '../exit-codes.ts';

export const resume: Command<{ readonly run: string }> = async (context, given) => {
  const store = await openHomeStore(context.config.home);
  const record = await findRun(store, given.run);
  const plans = createPlanReader(store);
  const head = await plans.head(record.plan);
  if (await hasEnded(store, record.run)) {
    const again = runCommand(record.file, head.params);
    throw new UsageError(
      `${record.run} has ended. Run again what failed in it: espalier rerun ${record.run}\nOr its study, to make all that is missing: ${again}`,
    );
  }
  const cells = await allCells(plans, record.plan, head);
  await noteStart(store, record.run);
  return executeRun(context, { store, record, resumed: true, cells });
};
