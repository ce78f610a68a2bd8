/** `espalier gc`: makes room, by throwing away what no run, pin or lineage needs; `--undo` takes it back. */
import { collectGarbage } from '../../collect/collect-garbage.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { ageSeconds } from '../age.ts';
import { type Command, printJson } from '../command.ts';
import { UsageError, exitCodes } from '../exit-codes.ts';
import { garbageJson, garbageLines } from '../garbage-lines.ts';
import { count } from '../quantities.ts';

export interface GcArguments {
  readonly dryRun: boolean;
  readonly olderThan: string | undefined;
  readonly grace: string | undefined;
  readonly undo: boolean;
}

/** Less would not outlast a publication that is just under way. */
const shortestGraceSeconds = 3600;

export const gc: Command<GcArguments> = async (context, { dryRun, olderThan, grace, undo }) => {
  if (undo && (dryRun || olderThan !== undefined || grace !== undefined))
    throw new UsageError('--undo stands alone: it takes back all that is in the trash');
  const olderThanSeconds = ageSeconds('--older-than', olderThan ?? '30d');
  const graceSeconds = ageSeconds('--grace', grace ?? '7d');
  if (graceSeconds < shortestGraceSeconds)
    throw new UsageError('--grace is at least 1h: whoever publishes just now must find what it counts on');
  const store = await openHomeStore(context.config.home);
  if (undo) {
    const restored = await store.restoreTrash();
    if (context.json) printJson(context, { restored });
    else
      context.terminal.out(
        restored === 0 ? 'the trash is empty' : `${count(restored, 'file')} taken back from the trash`,
      );
    return exitCodes.done;
  }
  const collection = await collectGarbage(store, { now: new Date(), olderThanSeconds, graceSeconds, dryRun });
  if (context.json) printJson(context, garbageJson(collection, dryRun));
  else {
    const lines = garbageLines(collection, { dryRun, graceSeconds, now: new Date(), width: context.terminal.width() });
    for (const line of lines) context.terminal.out(line);
  }
  return exitCodes.done;
};
