/** `espalier setup`: brings the Temporal server and the native backend into the per-user cache. */
import { setUp } from '../../setup/set-up.ts';
import { type Command, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { textTable } from '../text-table.ts';

export const setup: Command<object> = async context => {
  const { config, terminal, signal } = context;
  const rows = await setUp(config, {
    what: ['temporal server', 'native backend'],
    progress: ({ topic, text }) => terminal.say(`${topic}: ${text}`),
    signal,
  });
  if (context.json) printJson(context, rows);
  else {
    const lines = textTable(
      [{ title: 'part' }, { title: 'state' }, { title: 'detail', flexible: 'wraps' }],
      rows.map(({ part, state, detail }) => [part, state, detail.split('\n')[0] ?? '']),
      terminal.width(),
    );
    for (const line of lines) terminal.out(line);
    for (const { part, remedy } of rows) if (remedy !== undefined) terminal.out(`${part}: ${remedy}`);
  }
  // Without the native backend everything runs, slower; without a server nothing does.
  const serverless = rows.some(({ part, state }) => part === 'temporal server' && state === 'unavailable');
  return serverless ? exitCodes.machinery : exitCodes.done;
};
