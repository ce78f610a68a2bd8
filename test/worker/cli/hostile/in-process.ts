/** The command line within the test's process: its words, verbs, messages and exit codes without the cost of a start. */
import { printable } from '../../../../planner/display-width.ts';
import type { Terminal } from '../../../../worker/cli/terminal.ts';
import { explainError } from '../../../../worker/cli/explain-error.ts';
import { createProgram } from '../../../../worker/cli/program.ts';
import { readConfig } from '../../../../worker/config.ts';
import picocolors from 'picocolors';
import type { Finished } from '../rig.ts';

/** Runs `espalier WORDS`; `home` stands for ESPALIER_HOME. */
export async function withinThisProcess(words: readonly string[], home: string): Promise<Finished> {
  let [out, err] = ['', ''];
  let code: number | null = null;
  const paint = picocolors.createColors(false);
  const terminal: Terminal = {
    out: line => void (out += `${line}\n`),
    say: line => void (err += `${line}\n`),
    draw: text => void (err += text),
    paint,
    paintError: paint,
    live: false,
    width: () => 80,
  };
  const program = createProgram(async (flags, load, given) => {
    try {
      const config = readConfig(flags, { ESPALIER_HOME: home, ESPALIER_SLOTS: '1' });
      const context = { config, terminal, json: false, signal: new AbortController().signal, flags: { home } };
      code = await (await load())(context, given);
    } catch (error) {
      const { message, code: meant } = explainError(error);
      terminal.say(`error: ${message.split('\n').map(printable).join('\n')}`);
      code = meant;
    }
  });
  await program.parseAsync(['node', 'espalier', ...words]);
  return { code, out, err };
}
