/** `espalier drain`: tells the `espalier up` of this home to take no new cells and to leave; waits until it has. */
import { setTimeout } from 'node:timers/promises';
import { isGone } from '../../../store/process-life.ts';
import { homeOf } from '../../home.ts';
import { findUp, namedUp, noteDrain } from '../../run/up-file.ts';
import { type Command, printJson } from '../command.ts';
import { UsageError, exitCodes } from '../exit-codes.ts';

/** A process is looked for this often. */
const lookMilliseconds = 200;

export const drain: Command<{ readonly finish: boolean }> = async (context, { finish }) => {
  const { config, terminal, signal } = context;
  const home = homeOf(config.home);
  const named = namedUp(home);
  const pid = findUp(home);
  if (pid === undefined || named === undefined) throw new UsageError(nobodyUp(config.home, named?.host, pid));
  noteDrain(home);
  process.kill(pid, finish ? 'SIGUSR2' : 'SIGTERM');
  const what = finish ? 'cells under way come to their end first' : 'cells under way save their state';
  terminal.say(`process ${pid} takes no new cells; ${what}`);
  while (!isGone(named)) {
    if (signal.aborted) {
      terminal.say('it goes on leaving without this command');
      return exitCodes.interrupted;
    }
    await setTimeout(lookMilliseconds, undefined, { signal }).catch(() => undefined);
  }
  if (context.json) printJson(context, { process: pid, state: 'drained', finish });
  else terminal.say('drained: it has left. Runs go on when a worker comes: espalier up, or espalier resume RUN');
  return exitCodes.done;
};

function nobodyUp(home: string, host: string | undefined, pid: number | undefined): string {
  const elsewhere = host === undefined || pid !== undefined ? '' : ` (the last was on ${host}: drain it there)`;
  return `no \`espalier up\` keeps ${home} up on this machine${elsewhere}. A run with a worker of its own is interrupted with Ctrl-C`;
}
