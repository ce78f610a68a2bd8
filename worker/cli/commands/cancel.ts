/** `espalier cancel RUN`: ends a run; what is done stays, and cells under way save their state. */
import { findRun } from '../../run/find-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { steerRun } from '../../run/steer-run.ts';
import { type Command, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const cancel: Command<{ readonly run: string }> = async (context, given) => {
  const store = await openHomeStore(context.config.home);
  const record = await findRun(store, given.run);
  await steerRun(context.config, record, { storeId: store.id, order: 'cancel' });
  if (context.json) printJson(context, { run: record.run, state: 'cancelled' });
  else context.terminal.say(`${record.run} is being ended; what is done stays. See: espalier status ${record.run}`);
  return exitCodes.done;
};
