/** The verbs that give orders to a run under way: one cell of it, a person's word, a worker that is to leave. */
import type { Command as Program } from 'commander';
import type { GlobalFlags, Perform } from './program.ts';

export interface VerbMaker {
  readonly program: Program;
  readonly perform: Perform;
  /** A verb with the flags that all have. */
  readonly verb: (program: Program, words: string, description: string, examples: readonly string[]) => Program;
}

export function addOrderVerbs({ program, perform, verb }: VerbMaker): void {
  verb(program, 'cancel <run|cell>', 'end a run under way, or one cell and what needs it; what is done stays', [
    'espalier cancel em-susceptibility-1',
    "espalier cancel 'main.em[condition=evil_wrong, em_seed=3]' --reason 'the loss climbs'",
  ])
    .option('--run <run>', 'the cell is of this run instead of the latest')
    .option('--reason <text>', 'why, for the log')
    .action((reference: string, flags: GlobalFlags & { run?: string; reason?: string }) =>
      perform(flags, async () => (await import('./commands/cancel.ts')).cancel, {
        reference,
        run: flags.run,
        reason: flags.reason,
      }),
    );
  verb(program, 'retry-now <cell>', 'try a cell again now that waits for its next attempt', [
    "espalier retry-now 'main.em[condition=evil_wrong, em_seed=3]'",
  ])
    .option('--run <run>', 'of this run instead of the latest')
    .action((reference: string, flags: GlobalFlags & { run?: string }) =>
      perform(flags, async () => (await import('./commands/retry-now.ts')).retryNow, { reference, run: flags.run }),
    );
  verb(program, 'watch [run]', 'see a run go on, from its log: no server needed; Ctrl-C leaves it alone', [
    'espalier watch',
    'espalier watch em-susceptibility-1 --json',
  ]).action((run: string | undefined, flags: GlobalFlags) =>
    perform(flags, async () => (await import('./commands/watch.ts')).watch, { run }),
  );
  verb(program, 'drain', 'let `espalier up` of this home take no new cells and end; runs stay', [
    'espalier drain',
    'espalier drain --finish',
  ])
    .option('--finish', 'let cells under way come to their end first, instead of saving their state')
    .action((flags: GlobalFlags & { finish?: boolean }) =>
      perform(flags, async () => (await import('./commands/drain.ts')).drain, { finish: flags.finish === true }),
    );
  verb(program, 'approve <run> <gate|step>', 'let go on what waits for a person (`approve:` in the study)', [
    'espalier approve em-susceptibility-1 main.em',
    "espalier approve em-susceptibility-1 enough --reject --reason 'the control moved too'",
  ])
    .option('--reason <text>', 'why, for the log and the report')
    .option('--reject', 'skip what waits instead, and what needs it')
    .action((run: string, name: string, flags: GlobalFlags & { reason?: string; reject?: boolean }) =>
      perform(flags, async () => (await import('./commands/approve.ts')).approve, {
        run,
        name,
        reason: flags.reason,
        reject: flags.reject === true,
      }),
    );
}
