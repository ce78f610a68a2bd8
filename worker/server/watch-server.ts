/** Watches a server's process until it ends, falls silent, or is to be stopped. */
import { setTimeout as delay } from 'node:timers/promises';
import { type ServerAnswer, askServer } from './ask-server.ts';
import { rotateLog } from './server-log.ts';
import type { ServerProcess } from './server-process.ts';
import { untilStill } from './still-process.ts';
import type { SupervisionLimits } from './supervision-limits.ts';

export interface Watch {
  readonly limits: Pick<SupervisionLimits, 'checkMs' | 'answerMs' | 'stillMs' | 'muteMs'>;
  readonly stop: AbortSignal;
  /** Called at the first answer. */
  readonly onAnswer: () => void;
  /** The log file to keep in bounds. */
  readonly log: string;
}

/** One late answer is no silence, however late: this process itself may have been suspended. */
const unansweredAtLeast = 3;
const checksPerRotation = 120;

export async function watchServer(server: ServerProcess, watch: Watch): Promise<'stopped' | 'ended' | 'mute'> {
  const { limits, stop } = watch;
  let answered = false;
  let unanswered = 0;
  let lastAnswer = performance.now();
  for (let check = 1; ; check += 1) {
    if (stop.aborted) return 'stopped';
    if (!server.isAlive()) return 'ended';
    const answer = await askOrStill(server, limits);
    // One that has not answered yet is starting, and waits for its database.
    if (answer === 'still' && answered) return 'mute';
    if (answer !== 'still' && answer.state === 'answers') {
      if (!answered) watch.onAnswer();
      answered = true;
      unanswered = 0;
      lastAnswer = performance.now();
    } else {
      unanswered += 1;
      if (unanswered >= unansweredAtLeast && performance.now() - lastAnswer > limits.muteMs) return 'mute';
    }
    if (check % checksPerRotation === 0) rotateLog(watch.log);
    await pause(server, limits.checkMs, stop);
  }
}

/** Asked and not doing anything about it, it needs no more patience; one that is slow gets all there is. */
async function askOrStill(
  { address, identity }: ServerProcess,
  { answerMs, stillMs }: Watch['limits'],
): Promise<ServerAnswer | 'still'> {
  const done = new AbortController();
  const still = untilStill(identity.pid, stillMs, done.signal).then(() => 'still' as const);
  // Called off by the answer, it has nothing to say.
  still.catch(() => undefined);
  try {
    return await Promise.race([askServer({ address }, answerMs), still]);
  } finally {
    done.abort();
  }
}

/** Cut short when the server ends or is to be stopped. */
async function pause(server: ServerProcess, ms: number, stop: AbortSignal): Promise<void> {
  const done = new AbortController();
  const timer = delay(ms, undefined, { signal: AbortSignal.any([stop, done.signal]) }).catch(() => undefined);
  await Promise.race([timer, server.ended]);
  done.abort();
}
