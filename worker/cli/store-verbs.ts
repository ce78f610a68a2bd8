/** The verbs that look after the store: whether its results can be had again, what of them is kept, and room. */
import type { Command as Program } from 'commander';
import type { GlobalFlags, Perform } from './program.ts';

/** How verbs are declared, whoever declares them. */
export interface VerbWords {
  readonly verb: (program: Program, words: string, description: string, examples: readonly string[]) => Program;
  readonly withMachine: (command: Program) => Program;
  readonly wholeNumber: (least: number) => (text: string) => string;
}

export function addStoreVerbs(program: Program, perform: Perform, words: VerbWords): void {
  addAudit(program, perform, words);
  addCollection(program, perform, words);
}

function addAudit(program: Program, perform: Perform, { verb, withMachine, wholeNumber }: VerbWords): void {
  withMachine(
    verb(
      program,
      'audit [run]',
      'make a sample of recorded cells again and compare; without a run, list the results known to differ',
      [
        'espalier audit em-susceptibility-1',
        'espalier audit em-susceptibility-1 --sample 20 --seed 7',
        "espalier audit em-susceptibility-1 --cells 'main.score[em_seed=0]'",
        'espalier audit',
      ],
    ),
  )
    .option('--sample <share|n>', 'how many: 2%, or a number; at least one of each step (default: 2%)')
    .option('--seed <n>', 'draws the sample (default: 0)', wholeNumber(0))
    .option('--cells <step|cell>', 'of these cells only; all of them, unless --sample says fewer')
    .action((run: string | undefined, flags: GlobalFlags & { sample?: string; seed?: string; cells?: string }) =>
      perform(flags, async () => (await import('./commands/audit.ts')).audit, {
        run,
        sample: flags.sample,
        seed: flags.seed,
        cells: flags.cells,
      }),
    );
}

function addCollection(program: Program, perform: Perform, { verb }: VerbWords): void {
  verb(program, 'gc', 'make room: throw away what no run, pin or lineage needs, in a way that can be undone', [
    'espalier gc --dry-run',
    'espalier gc --older-than 14d --grace 2d',
    'espalier gc --undo',
  ])
    .option('--dry-run', 'only say what would go, and what making it again would cost')
    .option('--older-than <age>', 'keep the results of runs that ended less long ago (default: 30d)')
    .option('--grace <age>', 'how long the trash can be taken back (default: 7d)')
    .option('--undo', 'take back all that is in the trash')
    .action((flags: GlobalFlags & { dryRun?: boolean; olderThan?: string; grace?: string; undo?: boolean }) =>
      perform(flags, async () => (await import('./commands/gc.ts')).gc, {
        dryRun: flags.dryRun === true,
        olderThan: flags.olderThan,
        grace: flags.grace,
        undo: flags.undo === true,
      }),
    );
  verb(
    program,
    'pin [run|cell]',
    'keep a run or results from gc, whatever their age; without a name, list what is kept',
    ['espalier pin em-susceptibility-1', "espalier pin 'main.score[condition=control, em_seed=0]'", 'espalier pin'],
  )
    .option('--run <run>', 'look cells up in this run instead of the latest')
    .action((reference: string | undefined, flags: GlobalFlags & { run?: string }) =>
      perform(flags, async () => (await import('./commands/pin.ts')).pin, { reference, run: flags.run }),
    );
  verb(program, 'unpin <run|cell>', 'let gc judge a run or results by their age again', [
    'espalier unpin em-susceptibility-1',
  ])
    .option('--run <run>', 'look cells up in this run instead of the latest')
    .action((reference: string, flags: GlobalFlags & { run?: string }) =>
      perform(flags, async () => (await import('./commands/pin.ts')).unpin, { reference, run: flags.run }),
    );
}
