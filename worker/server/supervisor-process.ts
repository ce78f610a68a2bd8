/** The supervisor's process, as seen by the one that starts it. */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { ServerBinary } from '../setup/temporal/server-binary.ts';
import { makeServerFolder } from './server-folder.ts';
import type { SupervisionLimits } from './supervision-limits.ts';
import { type SupervisorEvent, supervisorEventSchema, type SupervisorOrder } from './supervisor-messages.ts';

export interface SupervisorOptions {
  /** The program to run: the bundle of supervisor-main.ts. */
  readonly program: string;
  readonly home: string;
  readonly binary: ServerBinary;
  readonly limits: SupervisionLimits;
  readonly onEvent: (event: SupervisorEvent) => void;
}

export interface SupervisorProcess {
  readonly pid: number;
  /** Settles when the process has ended, with what it ended by (`exit 1`, `SIGKILL`). */
  readonly ended: Promise<string>;
  /** Whether this process waits for it before it ends by itself. */
  readonly keepAlive: (keep: 'keep' | 'let go') => void;
  readonly stop: () => Promise<void>;
}

export async function startSupervisor({
  program,
  home,
  binary,
  limits,
  onEvent,
}: SupervisorOptions): Promise<SupervisorProcess> {
  const { folder, supervisorLog } = await makeServerFolder(home);
  const log = openSync(supervisorLog, 'a');
  const child = fork(program, [], {
    cwd: folder,
    // Ctrl-C in the terminal is for the command that was typed; the supervisor hears of its end.
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    // What a debugger or a test runner gave this process is not for that one.
    execArgv: [],
  });
  closeSync(log);
  if (child.pid === undefined) throw new Error(`${program} could not be started`);
  const ended = new Promise<string>(resolve => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`));
    child.once('error', error => resolve(error.message));
  });
  child.on('message', message => onEvent(supervisorEventSchema.parse(message)));
  const order = { type: 'start', home, binary, limits } satisfies SupervisorOrder;
  child.send(order);
  return { pid: child.pid, ended, keepAlive: keep => keepAlive(child, keep), stop: () => stop(child, ended) };
}

function keepAlive(child: ChildProcess, keep: 'keep' | 'let go'): void {
  if (keep === 'keep') {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  keepAlive(child, 'keep');
  // It may have ended already, or be about to: then there is nobody to send to.
  if (child.connected) child.send({ type: 'stop' } satisfies SupervisorOrder, () => undefined);
  await ended;
}
