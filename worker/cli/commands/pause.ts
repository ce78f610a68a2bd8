/** `espalier pause RUN`: nothing new is started; what runs goes on to its end. */
import { findRun } from '../../run/find-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { steerRun } from '../../run/steer-run.ts';
import { type Command, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const pause: Command<{ readonly run: string }> = async (context, given) => {
  const store = await openHomeStore(context.config.home);
  const record = await findRun(store, given.run);
  await steerRun(context.config, record, { storeId: store.id, order: 'pause' });
  if (context.json) printJson(context, { run: record.run, state: 'paused' });
  else context.terminal.say(`${record.run} starts nothing new. Let it go on with: espalier resume ${record.run}`);
  return exitCodes.done;
};
