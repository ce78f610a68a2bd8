/** The worker process of a command that runs cells: started, replaced when it dies, told to stop. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { entryPoint } from '../entry-points.ts';
import { type WorkerOrder, type WorkerStart, workerReplySchema } from '../worker-messages.ts';

export interface WorkerProcess {
  /** Lets cells save their state, then ends it. */
  readonly stop: () => Promise<void>;
  /** Lets it take no new cells, and resolves when those under way have ended and it with them. */
  readonly finish: () => Promise<void>;
  readonly pid: () => number | undefined;
  /** Called once when it cannot be kept up: it dies again and again before it is ready. */
  readonly onFailure: (listener: (failure: Error) => void) => void;
}

/** A worker that dies before it was ready this often in a row is given up. */
const startsInVain = 5;

/** Resolves when the worker takes cells. */
export async function keepWorker(start: WorkerStart, onReplaced: (how: string) => void): Promise<WorkerProcess> {
  let stopping = false;
  let child: ChildProcess | undefined;
  let inVain = 0;
  let fail: (failure: Error) => void = () => undefined;
  const failed = new Promise<Error>(resolve => (fail = resolve));

  const launch = async (): Promise<void> => {
    const started = fork(entryPoint('worker'), [JSON.stringify(start)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    child = started;
    const { ready, message } = await readiness(started);
    inVain = ready ? 0 : inVain + 1;
    if (inVain >= startsInVain) {
      fail(new Error(`the worker ended ${inVain} times before it was ready: ${message}`));
      return;
    }
    void ended(started).then(async how => {
      if (stopping) return;
      onReplaced(how);
      await setTimeout(Math.min(5000, 200 * 2 ** inVain));
      if (!stopping) await launch();
    });
  };

  await Promise.race([launch(), failed.then(error => Promise.reject(error))]);
  const tell = async (order: WorkerOrder) => {
    stopping = true;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const over = ended(child);
    if (child.connected) child.send(order, () => undefined);
    else child.kill('SIGTERM');
    await over;
  };
  return {
    stop: () => tell('stop'),
    finish: () => tell('finish'),
    pid: () => child?.pid,
    onFailure: listener => void failed.then(listener),
  };
}

/** Whether it said that it is ready, or what it said when it ended before. */
async function readiness(child: ChildProcess): Promise<{ readonly ready: boolean; readonly message: string }> {
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output = `${output}${text}`.slice(-2000)));
  return new Promise(resolve => {
    child.on('message', message => {
      const reply = workerReplySchema.safeParse(message);
      if (!reply.success) return;
      if (reply.data.type === 'ready') resolve({ ready: true, message: '' });
      else output = reply.data.message;
    });
    void ended(child).then(how => resolve({ ready: false, message: output.trim() === '' ? how : output.trim() }));
  });
}

function ended(child: ChildProcess): Promise<string> {
  if (child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve(describeEnd(child.exitCode, child.signalCode));
  return new Promise(resolve => {
    child.once('exit', (code, signal) => resolve(describeEnd(code, signal)));
    child.once('error', error => resolve(error.message));
  });
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
}
