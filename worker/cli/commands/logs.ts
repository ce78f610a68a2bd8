/** `espalier logs CELL`: what an external trainer printed, of one attempt; with `--follow` as it prints it. */
import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { type CellKey } from '../../../schemas/identity.ts';
import { cellName } from '../../../schemas/plan.ts';
import type { Store } from '../../../store/store.ts';
import { type AttemptLogFile, attemptLogs } from '../../run/attempt-logs.ts';
import { findResult } from '../../run/find-result.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { UsageError, exitCodes } from '../exit-codes.ts';

export interface LogsArguments {
  readonly reference: string;
  readonly run: string | undefined;
  readonly attempt: string | undefined;
  readonly follow: boolean;
}

interface LoggedCell {
  readonly name: string;
  readonly key: CellKey;
  /** The run that was at it: of a cell that was found in the cache, the one that made it. */
  readonly run: string;
  /** Its number in the plan of that run, where the run was looked up. */
  readonly index: number | undefined;
}

export const logs: Command<LogsArguments> = async (context, { reference, run, attempt, follow }) => {
  const store = await openHomeStore(context.config.home);
  const cell = await loggedCell(store, reference, run);
  const found = await attemptLogs(store, cell.run, cell.key);
  if (context.json) {
    printJson(context, { cell: cell.name, run: cell.run, attempts: found.map(each => ({ ...each })) });
    return exitCodes.done;
  }
  if (follow && attempt === undefined) await followCell(context, store, cell);
  else await print(context, chosen(found, attempt, cell), 0);
  return exitCodes.done;
};

async function loggedCell(store: Store, reference: string, run: string | undefined): Promise<LoggedCell> {
  const found = await findResult(store, reference, run);
  if (found.kind === 'artifact') throw new UsageError('that is an artifact; name the cell whose log you want');
  if (found.kind === 'record') {
    const { name, key, run: made } = found.record;
    return { name, key, run: run ?? made, index: undefined };
  }
  const [cell, ...more] = found.cells;
  if (cell === undefined) throw new UsageError(`\`${reference}\` has no cell in ${found.run.run}`);
  if (more.length > 0) {
    const name = cellName(cell.step, cell.at);
    throw new UsageError(`\`${reference}\` has ${more.length + 1} cells. Name one of them: espalier logs '${name}'`);
  }
  const own = await attemptLogs(store, found.run.run, cell.key);
  const record = own.length > 0 ? undefined : await store.record(cell.key, found.run.run);
  const name = cellName(cell.step, cell.at);
  return { name, key: cell.key, run: record?.run ?? found.run.run, index: cell.index };
}

function chosen(found: readonly AttemptLogFile[], attempt: string | undefined, cell: LoggedCell): AttemptLogFile {
  const log = attempt === undefined ? found.at(-1) : found.find(each => each.attempt === Number(attempt));
  if (log !== undefined) return log;
  if (found.length === 0)
    throw new UsageError(
      `${cell.name} has no log in ${cell.run}: it has not begun there, or is no \`exec\` step. See: espalier status ${cell.run}`,
    );
  throw new UsageError(`${cell.name} has no attempt ${attempt}; it has ${found.map(each => each.attempt).join(', ')}`);
}

const lookMilliseconds = 300;

/** Prints attempt after attempt until the cell has ended in its run, or the command is called off. */
async function followCell(context: CommandContext, store: Store, cell: LoggedCell): Promise<void> {
  let shown: AttemptLogFile | undefined;
  let offset = 0;
  for (;;) {
    // Asked before the file is read: what is printed before the end is never missed.
    const isOver = context.signal.aborted || (await hasEnded(store, cell));
    for (const log of await attemptLogs(store, cell.run, cell.key)) {
      if (shown !== undefined && log.attempt < shown.attempt) continue;
      offset = await print(context, log, log.attempt === shown?.attempt ? offset : 0);
      shown = log;
    }
    if (isOver) break;
    await setTimeout(lookMilliseconds);
  }
  if (shown === undefined) chosen([], undefined, cell);
}

async function hasEnded(store: Store, { run, index, key }: LoggedCell): Promise<boolean> {
  if (index === undefined) return (await store.record(key, run)) !== undefined;
  const { events } = await store.events(run);
  return events.some(event => event.event === 'run-ended' || (event.event === 'cell-ended' && event.cell === index));
}

const pieceBytes = 2 ** 16;

/** Prints whole lines from an offset on; the offset of what was not printed. */
async function print({ terminal }: CommandContext, { file }: AttemptLogFile, offset: number): Promise<number> {
  const handle = await open(file, 'r');
  let at = offset;
  let rest = Buffer.alloc(0);
  try {
    for (;;) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(pieceBytes), 0, pieceBytes, at + rest.length);
      const whole = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = whole.lastIndexOf('\n') + 1;
      if (end > 0) terminal.out(whole.subarray(0, end - 1).toString('utf8'));
      at += end;
      rest = Buffer.from(whole.subarray(end));
      if (bytesRead === 0) return at;
    }
  } finally {
    await handle.close();
  }
}
