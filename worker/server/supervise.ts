/**
 * Keeps one home's server up: adopts the one that runs or starts one, and replaces it when it ends or falls silent;
 * gives up only when it does so again and again. One supervisor of a home is at it, others stand by.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessMark } from '../../schemas/process-mark.ts';
import { markProcess } from '../../store/process-life.ts';
import { acquireLock, type ProcessLock } from '../setup/processes/process-lock.ts';
import type { ServerBinary } from '../setup/temporal/server-binary.ts';
import { portOf, ServerStartError, startProcess, stopMs } from './embedded-server.ts';
import { findEmbeddedServer } from './find-embedded-server.ts';
import { makeServerFolder, type ServerFolder } from './server-folder.ts';
import { lastLogLines } from './server-log.ts';
import { adoptServer, endServerProcess, killServerProcess, type ServerProcess } from './server-process.ts';
import type { SupervisionLimits } from './supervision-limits.ts';
import type { SupervisorEvent } from './supervisor-messages.ts';
import { watchServer } from './watch-server.ts';

export interface Supervision {
  readonly home: string;
  readonly binary: ServerBinary;
  readonly report: (event: SupervisorEvent) => void;
  /** Ends the server, then the supervision. */
  readonly signal: AbortSignal;
  readonly limits: SupervisionLimits;
}

/**
 * Returns once the server has ended after the signal, or when another supervisor took over. Throws when the server
 * cannot be kept up. While another supervisor of this home lives, it reports that one's server and waits.
 */
export async function supervise(supervision: Supervision): Promise<void> {
  const files = await makeServerFolder(supervision.home);
  const lock = await standBy(files, supervision);
  if (lock === undefined) return;
  try {
    await keepUp(files, supervision, lock.lost);
  } finally {
    await lock.release();
  }
}

/** Waits for this home's lock; undefined when called off before. */
async function standBy(files: ServerFolder, supervision: Supervision): Promise<ProcessLock | undefined> {
  const { report, signal } = supervision;
  const acquired = new AbortController();
  const onWaiting = (holder: ProcessMark | undefined) => {
    report({ type: 'waiting', holder: holder?.pid });
    void announceOther(supervision, AbortSignal.any([signal, acquired.signal]));
  };
  try {
    return await acquireLock(files.lock, { signal, onWaiting });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    acquired.abort();
  }
}

/** Reports the server of another supervisor, once it answers. */
async function announceOther({ home, report, limits }: Supervision, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    const server = await findEmbeddedServer(home, limits.answerMs);
    if (until.aborted) return;
    if (server !== undefined) return report({ type: 'ready', address: server.address, pid: server.pid });
    await delay(limits.checkMs / 4, undefined, { signal: until }).catch(() => undefined);
  }
}

/** `lost`: another supervisor took this one for dead and has the server now. */
async function keepUp(files: ServerFolder, supervision: Supervision, lost: AbortSignal): Promise<void> {
  const { limits } = supervision;
  const stop = AbortSignal.any([supervision.signal, lost]);
  let living = await adoptServer(files, markProcess());
  let port = portOf(living?.address);
  let failures = 0;
  while (!stop.aborted) {
    const start = performance.now();
    const life = await serveOnce(files, supervision, { living, port, stop });
    if (life.end === 'stopped') {
      if (!lost.aborted && life.server !== undefined) await endServerProcess(life.server, stopMs);
      return;
    }
    living = undefined;
    port = portOf(life.server?.address) ?? port;
    failures = performance.now() - start > limits.provenMs ? 1 : failures + 1;
    const pause = limits.pausesMs[failures - 1];
    if (pause === undefined) throw new ServerStartError(gaveUp(life.reason, failures, files));
    supervision.report({ type: 'lost', reason: life.reason });
    await delay(pause, undefined, { signal: stop }).catch(() => undefined);
  }
}

interface Serving {
  /** A server to look after; without it one is started. */
  readonly living: ServerProcess | undefined;
  readonly port: number | undefined;
  readonly stop: AbortSignal;
}

/** How a server's life ended; `server` is left out when it never came to life. */
type Life =
  | { readonly end: 'stopped'; readonly server?: ServerProcess }
  | { readonly end: 'lost'; readonly server?: ServerProcess; readonly reason: string };

async function serveOnce(
  files: ServerFolder,
  { home, binary, report, limits }: Supervision,
  { living, port, stop }: Serving,
): Promise<Life> {
  let server: ServerProcess;
  try {
    const say = ({ text }: { text: string }) => report({ type: 'progress', text });
    server = living ?? (await startProcess(files, { home, binary, port, progress: say, signal: stop }));
  } catch (error) {
    if (stop.aborted) return { end: 'stopped' };
    if (error instanceof ServerStartError) return { end: 'lost', reason: error.message };
    throw error;
  }
  const { address, identity } = server;
  const onAnswer = () => report({ type: 'ready', address, pid: identity.pid });
  const end = await watchServer(server, { limits, stop, onAnswer, log: files.log });
  if (end === 'stopped') return { end, server };
  if (end === 'mute') await killServerProcess(server);
  const what = end === 'mute' ? 'did not answer any more and was killed' : 'ended';
  return { end: 'lost', server, reason: `the Temporal server (process ${identity.pid}) ${what}` };
}

function gaveUp(reason: string, failures: number, files: ServerFolder): string {
  return [
    `the Temporal server could not be kept up: ${failures} failures in a row, the last one: ${reason}`,
    `The end of ${files.log}:`,
    lastLogLines(files.log),
    'If its database is damaged or open elsewhere: end other Temporal servers that use it, or move the folder',
    `${files.folder} away. Results, records and logs of runs are in the store and are not lost.`,
  ].join('\n');
}
