/** One compute process: started once, kept warm, given one cell at a time. A crash costs the cell it was at, no more. */
import { type ChildProcess, fork } from 'node:child_process';
import { CellFailure } from '../../activities/cell-failure.ts';
import { memoryKills } from '../../activities/memory-kills.ts';
import type { CellResult, CellTask, ExecutionHooks } from '../../activities/compute.ts';
import { type ProcessEnd, crashFailure } from './crash.ts';
import type { ProcessMark } from '../../schemas/process-mark.ts';
import { endGroup } from '../../store/process-group.ts';
import type { GrantedDevice } from './device-lock.ts';
import type { ComputeReply, ComputeRequest } from './messages.ts';

export interface ComputeProcess {
  readonly pid: number | undefined;
  /** False once it has ended: then it takes no more cells. */
  readonly alive: () => boolean;
  /** Resident bytes when it last answered. */
  readonly memory: () => number;
  readonly run: (task: CellTask, hooks: RunHooks) => Promise<CellResult>;
  /** Ends it; it is idle, or what it does is forfeit. */
  readonly kill: () => Promise<void>;
}

export interface RunHooks extends ExecutionHooks {
  /** Seconds that the attempt may take. */
  readonly seconds: number;
  /** Devices that are the cell's alone. */
  readonly granted?: readonly GrantedDevice[];
}

export interface ComputeProcessOptions {
  readonly entry: string;
  readonly open: ComputeRequest & { readonly type: 'open' };
  readonly onOutput: (line: string) => void;
}

/** Told to stop, it has so long to save its state. */
const graceMilliseconds = 10_000;

/** Lines of its output kept to explain a crash: more than the longest stack that a dying runtime prints. */
const keptLines = 200;

/** After its end, its last output is waited for, but not for ever: a process of its own may hold the pipe open. */
const outputMilliseconds = 1000;

export function startComputeProcess({ entry, open, onOutput }: ComputeProcessOptions): ComputeProcess {
  const child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const output = collectLines(child, onOutput);
  let alive = true;
  let memory = 0;
  const ended = endOf(child, () => (alive = false));
  const send = (request: ComputeRequest) => {
    // A process that is just dying cannot be told anything; its exit says the rest.
    if (child.connected) child.send(request, () => undefined);
  };
  send(open);

  const run: ComputeProcess['run'] = async (task, { signal, onProgress, seconds, granted = [] }) => {
    const killsBefore = memoryKills();
    output.forget();
    // Before it may be told to stop: what has no cell has nothing to stop.
    send({ type: 'run', task, devices: granted });
    const stopping = stopOnAbort(signal, send, () => child.kill('SIGKILL'));
    const overtime = setTimeout(() => child.kill('SIGKILL'), Math.min(seconds * 1000, 2 ** 31 - 1));
    const begun = performance.now();
    let group: ProcessMark | undefined;
    let onReply: ((reply: ComputeReply) => void) | undefined;
    try {
      return await new Promise<CellResult>((resolve, reject) => {
        onReply = reply => {
          if (reply.type === 'progress') onProgress(reply.progress);
          if (reply.type === 'group') group = reply.leader;
          if (reply.type === 'done' || reply.type === 'failed') memory = reply.memory;
          if (reply.type === 'done') resolve(reply.result);
          if (reply.type === 'failed') reject(new CellFailure(reply.class, reply.message));
        };
        child.on('message', onReply);
        void ended
          .then(async end => {
            // What it had started for the cell must not go on beside the next attempt.
            if (group !== undefined) await endGroup(group, 0);
            if (signal.aborted)
              return reject(new CellFailure('preempted', 'it was stopped before it could save its state'));
            if (performance.now() - begun >= seconds * 1000)
              return reject(new CellFailure('user', `it ran over its time limit of ${seconds} s`));
            return reject(crashFailure(end, output.lines(), killsBefore));
          })
          .catch(reject);
      });
    } finally {
      stopping.end();
      clearTimeout(overtime);
      if (onReply !== undefined) child.off('message', onReply);
    }
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { pid: child.pid, alive: () => alive, memory: () => memory, run, kill };
}

/** Resolves once it has ended and all that it had printed has arrived; `onExit` hears of the end at once. */
function endOf(child: ChildProcess, onExit: () => void): Promise<ProcessEnd> {
  return new Promise(resolve => {
    child.once('exit', (code, signal) => {
      onExit();
      const timer = setTimeout(() => resolve({ code, signal }), outputMilliseconds);
      child.once('close', () => {
        clearTimeout(timer);
        resolve({ code, signal });
      });
    });
    child.once('error', () => {
      onExit();
      resolve({ code: null, signal: null });
    });
  });
}

/** On abort: asks once, then insists. */
function stopOnAbort(signal: AbortSignal, send: (request: ComputeRequest) => void, insist: () => void) {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    send({ type: 'stop' });
    timer = setTimeout(insist, graceMilliseconds);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return {
    end: () => {
      signal.removeEventListener('abort', stop);
      clearTimeout(timer);
    },
  };
}

interface CollectedOutput {
  readonly lines: () => readonly string[];
  /** What an earlier cell printed does not explain the end of the next. */
  readonly forget: () => void;
}

function collectLines(child: ChildProcess, onOutput: (line: string) => void): CollectedOutput {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter(each => each.trim() !== '')) {
        onOutput(line);
        lines.push(line);
        if (lines.length > keptLines) lines.shift();
      }
    });
  }
  return { lines: () => lines, forget: () => (lines.length = 0) };
}
