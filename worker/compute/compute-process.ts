/** One compute process: started once, kept warm, given one cell at a time. A crash costs the cell it was at, no more. */
import { type ChildProcess, fork } from 'node:child_process';
import { CellFailure } from '../../activities/cell-failure.ts';
import type { CellResult, CellTask, ExecutionHooks } from '../../activities/compute.ts';
import { crashFailure, memoryKills } from './crash.ts';
import type { ComputeReply, ComputeRequest } from './messages.ts';

export interface ComputeProcess {
  readonly pid: number | undefined;
  /** False once it has ended: then it takes no more cells. */
  readonly alive: () => boolean;
  /** Resident bytes when it last answered. */
  readonly memory: () => number;
  readonly run: (task: CellTask, hooks: ExecutionHooks & { readonly seconds: number }) => Promise<CellResult>;
  /** Ends it; it is idle, or what it does is forfeit. */
  readonly kill: () => Promise<void>;
}

export interface ComputeProcessOptions {
  readonly entry: string;
  readonly open: ComputeRequest & { readonly type: 'open' };
  readonly onOutput: (line: string) => void;
}

/** Told to stop, it has so long to save its state. */
const graceMilliseconds = 10_000;

/** Lines of its output kept to explain a crash. */
const keptLines = 20;

export function startComputeProcess({ entry, open, onOutput }: ComputeProcessOptions): ComputeProcess {
  const child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const lines = collectLines(child, onOutput);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(resolve => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  let alive = true;
  let memory = 0;
  void ended.then(() => (alive = false));
  const send = (request: ComputeRequest) => {
    // A process that is just dying cannot be told anything; its exit says the rest.
    if (child.connected) child.send(request, () => undefined);
  };
  send(open);

  const run: ComputeProcess['run'] = async (task, { signal, onProgress, seconds }) => {
    const killsBefore = memoryKills();
    const stopping = stopOnAbort(signal, send, () => child.kill('SIGKILL'));
    const overtime = setTimeout(() => child.kill('SIGKILL'), Math.min(seconds * 1000, 2 ** 31 - 1));
    const begun = Date.now();
    let onReply: ((reply: ComputeReply) => void) | undefined;
    try {
      return await new Promise<CellResult>((resolve, reject) => {
        onReply = reply => {
          if (reply.type === 'progress') onProgress(reply.progress);
          if (reply.type === 'done' || reply.type === 'failed') memory = reply.memory;
          if (reply.type === 'done') resolve(reply.result);
          if (reply.type === 'failed') reject(new CellFailure(reply.class, reply.message));
        };
        child.on('message', onReply);
        void ended.then(end => {
          if (signal.aborted)
            return reject(new CellFailure('preempted', 'it was stopped before it could save its state'));
          if (Date.now() - begun >= seconds * 1000)
            return reject(new CellFailure('user', `it ran over its time limit of ${seconds} s`));
          return reject(crashFailure(end, lines(), killsBefore));
        });
        send({ type: 'run', task });
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

function collectLines(child: ChildProcess, onOutput: (line: string) => void): () => readonly string[] {
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
  return () => lines;
}
