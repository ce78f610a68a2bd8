#!/usr/bin/env node
/** `espalier`: the command line. Each verb is loaded when it is called, so that none waits for the others' libraries. */
import { CommanderError } from 'commander';
import { printable } from '../../planner/display-width.ts';
import { type Config, readConfig } from '../config.ts';
import type { Command, CommandContext } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { explainError } from './explain-error.ts';
import { type GlobalFlags, createProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

const interruption = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second Ctrl-C does not wait for anything.
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort();
  });
}
// Somebody may read the first lines only: `espalier ls | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.machinery),
);

/** Runs a verb, and turns whatever it throws into words and an exit code. */
async function perform<Arguments>(
  flags: GlobalFlags,
  load: () => Promise<Command<Arguments>>,
  given: Arguments,
): Promise<void> {
  let config: Config | undefined;
  try {
    config = readConfig(flags);
    process.exitCode = await (await load())(contextOf(config, flags), given);
  } catch (error) {
    process.exitCode = interruption.signal.aborted
      ? exitCodes.interrupted
      : sayError(error, flags, config?.color ?? false);
  }
}

function contextOf(config: Config, flags: GlobalFlags): CommandContext {
  const { backend, slots, devices } = flags;
  return {
    config,
    terminal: processTerminal(config.color),
    json: flags.json === true,
    signal: interruption.signal,
    flags: {
      home: config.home,
      ...(backend === undefined ? {} : { backend }),
      ...(slots === undefined ? {} : { slots }),
      ...(devices === undefined ? {} : { devices }),
    },
  };
}

function sayError(error: unknown, flags: GlobalFlags, color: boolean): ExitCode {
  const terminal = processTerminal(color);
  const { message: text, code } = explainError(error);
  // Names that people typed or files hold may have control codes, which a terminal would obey.
  const message = text.split('\n').map(printable).join('\n');
  if (flags.json === true) terminal.out(JSON.stringify({ error: message }));
  terminal.say(`${terminal.paintError.red('error')}: ${message}`);
  return code;
}

try {
  await createProgram(perform).parseAsync();
} catch (error) {
  // Commander has said what is wrong with the words; help and version are no errors.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.wrongInput;
}
