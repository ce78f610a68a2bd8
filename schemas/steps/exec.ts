/** `exec`: any program as a step. What it is given and must give back is the contract of docs/external-trainers.md. */
import { z } from 'zod';
import { failureClasses } from '../failure.ts';
import { type Json, jsonSchema } from '../json.ts';
import { nameSchema } from '../names.ts';
import { type KeySource, type OutputPort, type Parameters, defineStepKind } from '../step-kind.ts';
import { columnTypeSchema } from '../table-schema.ts';
import { tableFormatSchema } from '../trainer-contract.ts';

const commandSchema = z
  .array(z.string().min(1))
  .min(1)
  // A whole command line as one item is the likeliest mistake, and would be looked for as one program.
  .refine(([program = '']) => !/\s/.test(program), {
    error: 'must name the program alone first',
    params: { remedy: 'Write every word as an item of its own, as in `[python3, train.py]`.' },
  });

const tensorSchema = z.strictObject({
  dtype: z.enum(['F32', 'F16', 'BF16', 'I32', 'I64']),
  shape: z.array(z.int().nonnegative()),
});

const outputSchema = z
  .union(
    [
      z.enum(['weights', 'table', 'json', 'tree']),
      z.strictObject({
        kind: z.literal('weights'),
        tensors: z.record(z.string().min(1), tensorSchema).optional().describe('exactly these, by name'),
      }),
      z.strictObject({
        kind: z.literal('table'),
        columns: z.record(z.string().min(1), columnTypeSchema).optional().describe('exactly these, in this order'),
        rows: z.int().nonnegative().optional().describe('exactly so many'),
        format: tableFormatSchema.default('arrow').describe('how the trainer writes it'),
      }),
      z.strictObject({ kind: z.enum(['json', 'tree']) }),
    ],
    { error: 'must be `weights`, `table`, `json` or `tree`, or `{ kind, … }` with what it must hold' },
  )
  .meta({ title: 'an output' });

const outputsSchema = z
  .record(nameSchema, outputSchema)
  .refine(outputs => Object.keys(outputs).length > 0, { error: 'must declare at least one output' })
  // The engine's own output of scalars is called so.
  .refine(outputs => !Object.hasOwn(outputs, 'metrics'), { error: 'must not call an output `metrics`' });

/** A declared output, shorthand spelt out. */
export type DeclaredOutput = Exclude<z.output<typeof outputSchema>, string>;

const codeSchema = z
  .string()
  .regex(
    /^(?!\/)(?!(.*\/)?\.\.(\/|$)).+$/,
    'must be a file or folder below the study’s own folder, as in `train.py` or `src`',
  );

const environmentSchema = z
  .union(
    [
      z.strictObject({ file: codeSchema.describe('a lock file, relative to the study; its digest is in the key') }),
      z.strictObject({
        image: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be `sha256:` and 64 hexadecimal digits'),
      }),
      z.strictObject({
        probe: commandSchema.describe('a command whose output is recorded'),
        keyed: z.boolean().default(false).describe('its output is in the key too'),
      }),
    ],
    { error: 'must be `{ file }`, `{ image }` or `{ probe, keyed }`' },
  )
  .meta({ title: 'an environment' });

export type DeclaredEnvironment = z.output<typeof environmentSchema>;

const failureSchema = z
  .union(
    [
      z.strictObject({ exit: z.int().min(1).max(255), class: z.enum(failureClasses) }),
      z.strictObject({
        stderr: z.string().min(1).refine(isPattern, { error: 'must be a regular expression' }),
        class: z.enum(failureClasses),
      }),
    ],
    { error: 'must be `{ exit, class }` or `{ stderr, class }`' },
  )
  .meta({ title: 'a failure' });

export const exec = defineStepKind({
  kind: 'exec',
  version: 1,
  summary:
    'Runs any program as a step: inputs as files, outputs checked, progress and checkpoints by a small contract.',
  weight: 'heavy',
  with: z.strictObject({
    command: commandSchema.describe('program and arguments, without a shell; it starts in a copy of `code`'),
    parameters: z.record(z.string().min(1), jsonSchema).default({}).describe('handed over in the config file'),
    outputs: outputsSchema.describe('what it must have written when it ends, by port'),
    formats: z
      .record(nameSchema, tableFormatSchema)
      .default({})
      .describe('how tables arrive, by port; Arrow IPC unless said'),
    code: z.array(codeSchema).default([]).describe('files and folders below the study’s folder; in the key by content'),
    environment: environmentSchema.optional().describe('what the program runs in'),
    env: z
      .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'))
      .default([])
      .describe('variables of the worker’s environment that it may see'),
    world_size: z.int().positive().optional().describe('processes that train together; it must report the same'),
    effective_batch: z.int().positive().optional().describe('examples per optimizer step; it must report the same'),
    steps: z.int().positive().optional().describe('optimizer steps; it must report the last of them'),
    failures: z.array(failureSchema).default([]).describe('what its exit codes and stderr mean, before our own table'),
  }),
  seeds: [],
  ownSeeds: true,
  in: { '*': { kind: 'any', gathers: true, summary: 'whatever the program reads, by names of the study' } },
  out: {},
  ownOutputs: { parameter: 'outputs', read: readOutputs },
  metrics: {},
  keySources,
  // How a failure is read and how tables are handed over changes no result; neither do names of variables.
  unkeyed: ['failures', 'env'],
  // Real trainings take days; an hour, as for other kinds, would end them without a reason.
  resources: { time: 7 * 86_400 },
});

/** The outputs as declared; undefined where the schema refuses them. */
export function declaredOutputs(outputs: Json): { readonly [port: string]: DeclaredOutput } | undefined {
  const parsed = outputsSchema.safeParse(outputs);
  if (!parsed.success) return undefined;
  return Object.fromEntries(Object.entries(parsed.data).map(([port, output]) => [port, spellOut(output)]));
}

function spellOut(output: z.output<typeof outputSchema>): DeclaredOutput {
  if (typeof output !== 'string') return output;
  return output === 'table' ? { kind: output, format: 'arrow' } : { kind: output };
}

function readOutputs(outputs: Json): { readonly [port: string]: OutputPort } | undefined {
  const declared = declaredOutputs(outputs);
  if (declared === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(declared).map(([port, output]): [string, OutputPort] => [
      port,
      {
        kind: output.kind,
        summary: 'declared by the study',
        ...(output.kind === 'table' && output.columns !== undefined ? { columns: output.columns } : {}),
      },
    ]),
  );
}

/** Names in the key of code, and of a probe's output. */
export const codePrefix = 'code/';
export const probeName = 'environment/probe';

function keySources(parameters: Parameters): readonly KeySource[] {
  const { code, environment } = sourcesSchema.parse(parameters);
  return [
    ...code.map((path, index): KeySource => ({
      name: `${codePrefix}${path}`,
      kind: 'files',
      path,
      at: ['code', index],
    })),
    ...environmentSources(environment),
  ];
}

const sourcesSchema = z.object({ code: z.array(codeSchema), environment: environmentSchema.optional() });

function environmentSources(environment: z.output<typeof environmentSchema> | undefined): KeySource[] {
  if (environment === undefined || 'image' in environment) return [];
  if ('file' in environment) {
    return [{ name: 'environment/file', kind: 'files', path: environment.file, at: ['environment', 'file'] }];
  }
  const { probe: command, keyed } = environment;
  return keyed ? [{ name: probeName, kind: 'output', command, at: ['environment', 'probe'] }] : [];
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
