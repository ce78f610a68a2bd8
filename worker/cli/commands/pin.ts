/** `espalier pin` and `unpin`: what garbage collection keeps, whatever its age. */
import type { Pin } from '../../../schemas/pin.ts';
import { findPins } from '../../run/find-pins.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { UsageError, exitCodes } from '../exit-codes.ts';
import { ago, count } from '../quantities.ts';
import { textTable } from '../text-table.ts';

export interface PinArguments {
  /** Without it, `pin` lists what is pinned. */
  readonly reference: string | undefined;
  /** Where cells are looked up. */
  readonly run: string | undefined;
}

export const pin: Command<PinArguments> = async (context, { reference, run }) => {
  const store = await openHomeStore(context.config.home);
  if (reference === undefined) return list(context, await store.pins());
  const pins = await findPins(store, reference, run);
  for (const each of pins) await store.pin(each);
  if (context.json) printJson(context, pins);
  else context.terminal.say(`pinned: ${described(pins)}, with all that was needed to make it`);
  return exitCodes.done;
};

export const unpin: Command<PinArguments & { readonly reference: string }> = async (context, { reference, run }) => {
  const store = await openHomeStore(context.config.home);
  const removed: Pin[] = [];
  for (const each of await findPins(store, reference, run)) if (await store.unpin(each)) removed.push(each);
  if (removed.length === 0) throw new UsageError(`${reference} is not pinned. What is: espalier pin`);
  if (context.json) printJson(context, removed);
  else context.terminal.say(`no longer pinned: ${described(removed)}`);
  return exitCodes.done;
};

function described(pins: readonly Pin[]): string {
  const [first] = pins;
  if (first === undefined || pins.length > 1) return count(pins.length, 'cell');
  return first.pin === 'run' ? first.run : `${first.name} (${first.key.slice(0, 12)})`;
}

function list(context: CommandContext, pins: readonly Pin[]) {
  const { terminal } = context;
  if (context.json) printJson(context, pins);
  else if (pins.length === 0) terminal.say('nothing is pinned: espalier pin RUN|CELL');
  else {
    const columns = [
      { title: 'pinned' },
      { title: 'name', flexible: true as const },
      { title: 'key' },
      { title: 'when' },
    ];
    const rows = pins.map(each => [
      each.pin,
      each.pin === 'run' ? each.run : each.name,
      each.pin === 'run' ? '' : each.key.slice(0, 12),
      ago(new Date(each.at), new Date()),
    ]);
    const [head = '', ...lines] = textTable(columns, rows, terminal.width());
    terminal.out(terminal.paint.bold(head));
    for (const line of lines) terminal.out(line);
  }
  return exitCodes.done;
}
