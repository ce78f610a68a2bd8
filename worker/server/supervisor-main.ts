/**
 * The supervisor as a process of its own, so that a busy or stopped command cannot keep it from its work. It ends the
 * server and itself when the process that started it ends, whichever way, or asks for it.
 */
import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { makeServerFolder } from './server-folder.ts';
import { rotateLog } from './server-log.ts';
import { supervise } from './supervise.ts';
import { type SupervisorEvent, type SupervisorOrder, supervisorOrderSchema } from './supervisor-messages.ts';

const stop = new AbortController();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
for (const signal of signals) process.on(signal, () => stop.abort());
process.once('disconnect', () => stop.abort());
process.on('message', message => {
  const order = supervisorOrderSchema.parse(message);
  if (order.type === 'stop') stop.abort();
  else void run(order);
});

async function run({ home, binary, limits }: Extract<SupervisorOrder, { type: 'start' }>): Promise<void> {
  const { supervisorLog } = await makeServerFolder(home);
  rotateLog(supervisorLog);
  const report = (event: SupervisorEvent) => {
    try {
      appendFileSync(supervisorLog, `${new Date().toISOString()} ${process.pid} ${JSON.stringify(event)}\n`);
    } catch {
      // A full disk is no reason to end the server; whoever listens still hears of the event.
    }
    // Nobody listens any more when the starting process is gone; the log has it.
    if (process.connected) process.send?.(event);
  };
  try {
    await supervise({ home, binary, limits, report, signal: stop.signal });
  } catch (error) {
    report({ type: 'failed', message: error instanceof Error ? messageOf(error) : String(error) });
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
}

function messageOf(error: Error): string {
  return error.message.startsWith('internal:') ? (error.stack ?? error.message) : error.message;
}
