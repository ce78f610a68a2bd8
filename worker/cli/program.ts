/** The verbs of the command line, their words and flags, and what `--help` says of them. */
import { InvalidArgumentError, Command as Program, Option } from 'commander';
import { version } from '../version.ts';
import type { Command } from './command.ts';
import { addStoreVerbs } from './store-verbs.ts';
import { addOrderVerbs } from './order-verbs.ts';

/** Flags that every verb takes. */
export interface GlobalFlags {
  readonly home?: string;
  readonly json?: boolean;
  readonly backend?: string;
  readonly slots?: string;
  readonly devices?: string;
}

export type Perform = <Arguments>(
  flags: GlobalFlags,
  load: () => Promise<Command<Arguments>>,
  given: Arguments,
) => Promise<void>;

const exitCodeHelp = `
Exit codes: 0 done, 1 cells failed or were blocked, 2 the input is wrong,
3 the machinery failed, 130 interrupted.
Everything a project makes lives in one folder: --home DIR, ESPALIER_HOME, or
.espalier/ here.

Examples:
  espalier validate study.yaml
  espalier plan study.yaml
  espalier run study.yaml`;

export function createProgram(perform: Perform): Program {
  const program = new Program('espalier')
    .description(
      'Runs declared studies of model training: durable, cached by content, every score traceable to its rows and seeds.',
    )
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', exitCodeHelp);
  addStudyVerbs(program, perform);
  addRunVerbs(program, perform);
  addStoreVerbs(program, perform, { verb, withMachine, wholeNumber });
  addOrderVerbs({ program, perform, verb });
  addMachineVerbs(program, perform);
  return program;
}

/** A verb with the flags that all have; `examples` close its help. */
function verb(program: Program, words: string, description: string, examples: readonly string[]): Program {
  return program
    .command(words)
    .description(description)
    .option('--home <dir>', 'folder of store, server file and logs')
    .option('--json', 'print one JSON value, for programs')
    .showHelpAfterError(`(espalier ${words.split(' ')[0]} --help shows how it is used)`)
    .addHelpText('after', `\nExamples:\n${examples.map(example => `  ${example}`).join('\n')}`);
}

const setOption = () =>
  new Option('--set <name=value>', 'change a param of the study; again for another').argParser(
    (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
  );

const backends = ['native', 'wasm', 'cpu'];

/** Takes a number of at least `least`, and hands its text on. */
const wholeNumber = (least: number) => (text: string) => {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new InvalidArgumentError(`It is a whole number, ${least} or more.`);
  return text;
};

/** Flags of verbs that run cells. */
function withMachine(command: Program): Program {
  return command
    .addOption(new Option('--backend <name>', 'numerical backend that must be used').choices(backends))
    .option('--slots <n>', 'heavy cells at once, one core each', wholeNumber(1))
    .option('--devices <list>', 'GPUs that cells may have, as in gpu=0,1');
}

interface StudyFlags extends GlobalFlags {
  readonly set?: readonly string[];
}

function addStudyVerbs(program: Program, perform: Perform): void {
  verb(program, 'validate <study>', 'say everything that is wrong with a study', [
    'espalier validate pipelines/em-susceptibility/organism.yaml',
    'espalier validate study.yaml --set size=smoke --json',
  ])
    .addOption(setOption())
    .action((study: string, flags: StudyFlags) =>
      perform(flags, async () => (await import('./commands/validate.ts')).validate, { study, set: flags.set ?? [] }),
    );
  withMachine(
    verb(
      program,
      'plan <study>',
      'show what a run would do: cells by step, new and cached, and how long it would take',
      [
        'espalier plan pipelines/em-susceptibility/organism.yaml',
        'espalier plan study.yaml --set d_model=64',
        'espalier plan study.yaml --against em-susceptibility-1',
      ],
    ),
  )
    .addOption(setOption())
    .option('--against <run>', 'hold it against this run: new, reused, invalidated, orphaned')
    .action((study: string, flags: StudyFlags & { against?: string }) =>
      perform(flags, async () => (await import('./commands/plan.ts')).plan, {
        study,
        set: flags.set ?? [],
        against: flags.against,
      }),
    );
  withMachine(
    verb(program, 'run <study>', 'make what is missing; go on where an interrupted run of the same plan stood', [
      'espalier run pipelines/em-susceptibility/organism.yaml --set size=smoke',
      'espalier run study.yaml --json > result.json',
    ]),
  )
    .addOption(setOption())
    .addOption(
      new Option('--priority <n>', 'beside other runs: 1 goes first, 5 last (default: 3)').choices([
        '1',
        '2',
        '3',
        '4',
        '5',
      ]),
    )
    .action((study: string, flags: StudyFlags & { priority?: string }) =>
      perform(flags, async () => (await import('./commands/run.ts')).run, {
        study,
        set: flags.set ?? [],
        priority: flags.priority === undefined ? undefined : Number(flags.priority),
      }),
    );
  verb(program, 'schema', 'print the JSON Schema of studies, for editors', [
    'espalier schema > study.schema.json',
    '# first line of a study: # yaml-language-server: $schema=study.schema.json',
    'espalier schema --library > library.schema.json',
  ])
    .option('--library', 'of files that only hold graphs')
    .action((flags: GlobalFlags & { library?: boolean }) =>
      perform(flags, async () => (await import('./commands/schema.ts')).schema, { library: flags.library === true }),
    );
}

function addRunVerbs(program: Program, perform: Perform): void {
  withMachine(
    verb(program, 'resume <run>', 'go on with a run that was interrupted or paused', [
      'espalier resume em-susceptibility-1',
    ]),
  ).action((run: string, flags: GlobalFlags) =>
    perform(flags, async () => (await import('./commands/resume.ts')).resume, { run }),
  );
  addRerun(program, perform);
  verb(program, 'pause <run>', 'start nothing new of a run; what runs goes on to its end', [
    'espalier pause em-susceptibility-1',
  ]).action((run: string, flags: GlobalFlags) =>
    perform(flags, async () => (await import('./commands/pause.ts')).pause, { run }),
  );
  verb(program, 'status [run]', 'how a run stands, from its log: no server needed', [
    'espalier status',
    'espalier status em-susceptibility-1 --json',
  ]).action((run: string | undefined, flags: GlobalFlags) =>
    perform(flags, async () => (await import('./commands/status.ts')).status, { run }),
  );
  verb(program, 'ls', 'list the runs of this home', ['espalier ls']).action((flags: GlobalFlags) =>
    perform(flags, async () => (await import('./commands/ls.ts')).ls, {}),
  );
  verb(program, 'table <step|cell|digest>', 'print the rows of a result, axes first', [
    'espalier table main.score',
    'espalier table main.score --csv > scores.csv',
    "espalier table 'main.score[condition=control, em_seed=0]'",
    'espalier table variance.metrics --json',
  ])
    .option('--run <run>', 'of this run instead of the latest')
    .option('--csv', 'as CSV')
    .action((reference: string, flags: GlobalFlags & { run?: string; csv?: boolean }) =>
      perform(flags, async () => (await import('./commands/table.ts')).table, {
        reference,
        run: flags.run,
        csv: flags.csv === true,
      }),
    );
  verb(program, 'explain <cell>', 'why a cell ran, was reused, is blocked, waits, was skipped or failed', [
    "espalier explain 'main.score[condition=control, em_seed=0]'",
    'espalier explain 3f9a1c2b4d5e --run em-susceptibility-2 --json',
  ])
    .option('--run <run>', 'in this run instead of the latest')
    .action((reference: string, flags: GlobalFlags & { run?: string }) =>
      perform(flags, async () => (await import('./commands/explain.ts')).explain, { reference, run: flags.run }),
    );
  verb(program, 'logs <cell>', 'what an external trainer printed: of the last attempt, or as it goes on', [
    "espalier logs 'train[learning_rate=0.1, seed=0]' --follow",
    'espalier logs train --attempt 1',
  ])
    .option('--run <run>', 'of this run instead of the latest')
    .option('--attempt <n>', 'of this attempt instead of the last', wholeNumber(1))
    .option('--follow', 'go on until the cell has ended')
    .action((reference: string, flags: GlobalFlags & { run?: string; attempt?: string; follow?: boolean }) =>
      perform(flags, async () => (await import('./commands/logs.ts')).logs, {
        reference,
        run: flags.run,
        attempt: flags.attempt,
        follow: flags.follow === true,
      }),
    );
  verb(program, 'report [run]', 'write the report of a run again, and say where it is', [
    'espalier report',
    'espalier report em-susceptibility-1',
  ]).action((run: string | undefined, flags: GlobalFlags) =>
    perform(flags, async () => (await import('./commands/report.ts')).report, { run }),
  );
  verb(
    program,
    'lineage <cell|digest>',
    'everything a result was made from: parameters, seeds, data, code, machines, failures',
    ["espalier lineage 'main.score[condition=control, em_seed=0]'", 'espalier lineage 3f9a1c2b4d5e --json'],
  )
    .option('--run <run>', 'look cells up in this run instead of the latest')
    .option('--depth <n>', 'how many generations to show', wholeNumber(0))
    .action((reference: string, flags: GlobalFlags & { run?: string; depth?: string }) =>
      perform(flags, async () => (await import('./commands/lineage.ts')).lineage, {
        reference,
        run: flags.run,
        depth: flags.depth,
      }),
    );
}

interface RerunFlags extends StudyFlags {
  readonly failed?: boolean;
  readonly cells?: string;
  readonly resources?: readonly string[];
  readonly dryRun?: boolean;
}

function addRerun(program: Program, perform: Perform): void {
  const repeated = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];
  withMachine(
    verb(program, 'rerun <run>', 'run again what failed or was blocked in a run that has ended; nothing else', [
      'espalier rerun em-susceptibility-1',
      `espalier rerun em-susceptibility-1 --cells 'step == "em" && subset < 10'`,
      'espalier rerun em-susceptibility-1 --resources retrain.em:memory=8GB,time=2h',
      'espalier rerun em-susceptibility-1 --set learning_rate=0.001 --dry-run',
    ]),
  )
    .addOption(new Option('--failed', 'all that failed or was blocked (the default)').conflicts('cells'))
    .option('--cells <expr>', 'of those, the ones for which this holds: CEL over step, state, class and axes')
    .addOption(setOption())
    .addOption(
      new Option(
        '--resources <[step:]name=value,…>',
        'cpu, gpu, memory, time for what is run again; again for another step',
      ).argParser(repeated),
    )
    .option('--dry-run', 'show what would run, and run nothing')
    .action((run: string, flags: RerunFlags) =>
      perform(flags, async () => (await import('./commands/rerun.ts')).rerun, {
        run,
        cells: flags.cells,
        set: flags.set ?? [],
        resources: flags.resources ?? [],
        dryRun: flags.dryRun === true,
      }),
    );
}

function addMachineVerbs(program: Program, perform: Perform): void {
  withMachine(
    verb(program, 'up', 'keep server and worker running, for runs started elsewhere', [
      'espalier up',
      'espalier up --slots 4',
    ]),
  ).action((flags: GlobalFlags) => perform(flags, async () => (await import('./commands/up.ts')).up, {}));
  verb(program, 'setup', 'bring the Temporal server and the native numerical backend, once per user', [
    'espalier setup',
  ]).action((flags: GlobalFlags) => perform(flags, async () => (await import('./commands/setup.ts')).setup, {}));
  withMachine(
    verb(
      program,
      'doctor',
      'look whether everything is there: server, backend, disk, tools, and what to do about what is not',
      ['espalier doctor'],
    ),
  ).action((flags: GlobalFlags) => perform(flags, async () => (await import('./commands/doctor.ts')).doctor, {}));
}
