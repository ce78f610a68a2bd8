/** `espalier report [RUN]`: writes the report of a run again, and says where it is. */
import { findRun } from '../../run/find-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { writeReport } from '../../run/write-report.ts';
import { type Command, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const report: Command<{ readonly run: string | undefined }> = async (context, given) => {
  const store = await openHomeStore(context.config.home);
  const { path, model } = await writeReport(store, await findRun(store, given.run));
  if (context.json) printJson(context, { path, ...model });
  else context.terminal.out(path);
  return exitCodes.done;
};
