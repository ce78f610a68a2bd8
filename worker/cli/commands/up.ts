/** `espalier up`: keeps server and worker running in the foreground, for runs started elsewhere. */
import { once } from 'node:events';
import { homeOf } from '../../home.ts';
import { startEngine } from '../../run/engine.ts';
import { makeHomeStore } from '../../run/home-store.ts';
import { announceUp, findUp, wasDrained } from '../../run/up-file.ts';
import { type Command, printJson } from '../command.ts';
import { MachineryError, UsageError, exitCodes } from '../exit-codes.ts';
import { count } from '../quantities.ts';

export const up: Command<object> = async context => {
  const { config, terminal, flags, signal } = context;
  const home = homeOf(config.home);
  const other = findUp(home);
  if (other !== undefined) throw new UsageError(`process ${other} is keeping ${config.home} up already`);
  const store = await makeHomeStore(config.home);
  const engine = await startEngine(config, { storeId: store.id, flags, say: terminal.say, signal, own: true });
  const withdraw = announceUp(home);
  const asked = once(process, 'SIGUSR2');
  const failed = new Promise<Error>(resolve => engine.onFailure(resolve));
  try {
    if (context.json) printJson(context, { address: engine.address, home: config.home, slots: config.slots });
    else
      terminal.say(
        `up: server ${engine.address}, ${count(config.slots, 'slot')}, home ${config.home} (Ctrl-C ends it)`,
      );
    const stopped = signal.aborted ? Promise.resolve() : once(signal, 'abort');
    const end = await Promise.race([stopped.then(() => 'stop' as const), asked.then(() => 'finish' as const), failed]);
    if (end instanceof Error) throw new MachineryError(end.message);
    if (end === 'finish') {
      terminal.say(
        'draining: takes no new cells, and ends when those under way have (Ctrl-C: they save their state now)',
      );
      await Promise.race([engine.finish(), stopped]);
    }
    if (end === 'stop' || signal.aborted)
      terminal.say('stopping: cells under way save their state (Ctrl-C again ends at once)');
  } finally {
    withdraw();
    await engine.stop();
    if (wasDrained(home)) terminal.say('drained: runs stay, and go on when a worker comes');
  }
  return exitCodes.done;
};
