/**
 * A study as written: the one source of its types, of its checks and of the schema that editors use. What it means
 * (names that exist, axes that match, values that fit) is checked in planner/.
 */
import { z } from 'zod';
import { approveSchema } from './approval.ts';
import { artifactKindSchema } from './artifact.ts';
import type { ChangeableClass } from './failure.ts';
import { gateSchema } from './gate.ts';
import type { Json } from './json.ts';
import {
  atSchema,
  columnNameSchema,
  expressionSchema,
  nameSchema,
  quorumSchema,
  referenceSchema,
  studyNameSchema,
  variableNameSchema,
} from './names.ts';
import { axisValueSchema } from './plan.ts';
import { reportSchema } from './report.ts';

const description = z.string().optional().describe('for people');

const valueTypeSchema = z.enum(['int', 'float', 'string', 'bool', 'list']);
export type ValueType = z.output<typeof valueTypeSchema>;

/** What a document holds is JSON already; which values a parameter may have, its step kind says. */
const parameterSchema = z.custom<Json>(value => value !== undefined);

const scalarListSchema = z.array(axisValueSchema);

const paramSchema = z
  .union(
    [
      axisValueSchema,
      scalarListSchema,
      z.strictObject({
        type: valueTypeSchema,
        default: z
          .union([axisValueSchema, scalarListSchema])
          .optional()
          .describe('a value, or an expression over other params'),
        choices: z.array(axisValueSchema).min(1).optional().describe('the only values allowed'),
        min: z.number().optional(),
        max: z.number().optional(),
        description,
      }),
    ],
    { error: 'must be a value, a list of values, or `{ type, default }`' },
  )
  .meta({ title: 'a param' })
  .describe('a value that `--set` can change');
export type ParamDeclaration = z.output<typeof paramSchema>;

const numberOrExpression = z.union([z.number(), expressionSchema]);

const axisSchema = z
  .union(
    [
      z.array(axisValueSchema).min(1),
      expressionSchema,
      z.strictObject({ count: z.union([z.int().positive(), expressionSchema]).describe('0, 1, … count − 1') }),
      z.strictObject({
        range: z.tuple([numberOrExpression, numberOrExpression]).describe('from and to, both included'),
        step: numberOrExpression.optional().describe('1 unless given'),
      }),
      z.strictObject({
        file: z.string().min(1).describe('JSONL or CSV, relative to the study'),
        column: columnNameSchema,
      }),
    ],
    {
      error:
        'must be a list of values, `{ count }`, `{ range: [from, to] }`, `{ file, column }` or an expression that gives a list',
    },
  )
  .meta({ title: 'an axis' })
  .describe('a named dimension of the study');
export type AxisDeclaration = z.output<typeof axisSchema>;

const bindingSchema = z
  .union(
    [
      referenceSchema,
      z.strictObject({
        from: referenceSchema.describe('an output, as in `sft.model`'),
        at: atSchema.optional(),
        quorum: quorumSchema.optional(),
      }),
    ],
    { error: 'must be an output, as in `sft.model`, or `{ from, at, quorum }`' },
  )
  .meta({ title: 'an input' });
export type Binding = z.output<typeof bindingSchema>;

/** A ladder of recipes, not a search: whoever needs more rungs has another question. */
const mostChangedAttempts = 16;

const resourceSchema = z.union([z.number().positive(), z.string().min(1)]);

const resourcesDeclarationSchema = z
  .strictObject({
    cpu: resourceSchema.optional().describe('compute slots'),
    gpu: z.union([z.int().nonnegative(), expressionSchema]).optional(),
    memory: resourceSchema.optional().describe('bytes, or as in `4GB`, `512MiB`'),
    time: resourceSchema.optional().describe('seconds, or as in `90s`, `10m`, `2h`, `1d`'),
  })
  .meta({ title: 'resources' });

const failureChangeSchema = z
  .strictObject({
    with: z
      .record(z.string().min(1), parameterSchema)
      .optional()
      .describe('parameters of the next attempt; in expressions `with` is what they were'),
    resources: resourcesDeclarationSchema
      .optional()
      .describe('resources of the next attempt; in expressions `resources` is what they were'),
    attempts: z
      .int()
      .min(1)
      .max(mostChangedAttempts)
      .optional()
      .describe('changed attempts, each from the one before; 1 unless given'),
  })
  .meta({ title: 'a change after failures' });
export type FailureChangeDeclaration = z.output<typeof failureChangeSchema>;

const onFailureSchema = z
  .strictObject({
    user: failureChangeSchema.optional(),
    diverged: failureChangeSchema.optional(),
    'out-of-memory': failureChangeSchema.optional(),
    infrastructure: failureChangeSchema.optional(),
    refused: failureChangeSchema.optional(),
  } satisfies { readonly [failure in ChangeableClass]: z.ZodType })
  .meta({ title: 'changes after failures' });

export const stepSchema = z
  .strictObject({
    use: z
      .string()
      .regex(/^(graph\/)?[a-zA-Z][a-zA-Z0-9_-]*$/, 'must name a step kind, or a graph as in `graph/pipeline`')
      .describe('a step kind, or `graph/name`'),
    description,
    over: z
      .array(variableNameSchema)
      .optional()
      .describe('axes of the step; without it those of its inputs, seeds and expressions'),
    in: z.record(nameSchema, bindingSchema).optional().describe('what arrives at each port'),
    at: atSchema.optional().describe('fixes axes of all inputs that have them'),
    with: z.record(z.string().min(1), parameterSchema).optional().describe('parameters'),
    seed: z
      .record(
        nameSchema,
        z.union([z.int().nonnegative(), nameSchema.meta({ title: 'the name of an axis' }), expressionSchema]),
      )
      .optional()
      .describe('a number, an axis, a seed of the graph or an expression, for every seed by name'),
    when: z
      .union([z.boolean(), z.string().min(1).meta({ title: 'an expression' })])
      .optional()
      .describe('CEL over axes and params: where false, no cell'),
    else: nameSchema.optional().describe('input that stands in for the output where `when` is false'),
    keep: z
      .union([nameSchema, z.array(nameSchema).min(1)])
      .optional()
      .describe('what is kept beyond the outputs: `checkpoints`'),
    resources: resourcesDeclarationSchema.optional(),
    quorum: quorumSchema.optional().describe('parts of gathered inputs that must be there'),
    on_failure: onFailureSchema.optional().describe('how the next attempt differs, by the class of the failure'),
    approve: approveSchema.optional().describe('its cells wait until a person approves; a text is the question asked'),
  })
  .meta({ title: 'a step' });
export type StepDeclaration = z.output<typeof stepSchema>;

const inPortSchema = z
  .union([artifactKindSchema, z.strictObject({ kind: artifactKindSchema, optional: z.boolean().optional() })], {
    error: 'must be `table`, `weights`, `tree` or `json`, or `{ kind, optional }`',
  })
  .meta({ title: 'a port of a graph' });

const graphSchema = z
  .strictObject({
    description,
    in: z.record(nameSchema, inPortSchema).default({}).describe('ports through which it is given artifacts'),
    with: z
      .record(
        variableNameSchema,
        z
          .strictObject({
            type: valueTypeSchema,
            default: z.union([axisValueSchema, scalarListSchema]).optional(),
            description,
          })
          .meta({ title: 'a parameter of a graph' }),
      )
      .default({})
      .describe('parameters, by the names its expressions use'),
    seeds: z.array(nameSchema).default([]).describe('named seeds that its uses must name'),
    steps: z.record(nameSchema, stepSchema),
    out: z.record(nameSchema, referenceSchema).describe('ports through which it gives artifacts'),
  })
  .meta({ title: 'a graph' });
export type GraphDeclaration = z.output<typeof graphSchema>;

const graphs = z.record(nameSchema, graphSchema).describe('sub-DAGs, each used as `graph/name`');

export const studySchema = z
  .strictObject({
    study: studyNameSchema.describe('its name'),
    description,
    import: z.array(z.string().min(1)).default([]).describe('files with further graphs, relative to this one'),
    params: z.record(variableNameSchema, paramSchema).default({}).describe('values that `--set` can change'),
    axes: z.record(variableNameSchema, axisSchema).default({}).describe('named dimensions'),
    graphs: graphs.default({}),
    steps: z.record(nameSchema, stepSchema),
    gates: z.record(nameSchema, gateSchema).default({}).describe('decisions registered before the run'),
    report: reportSchema.optional(),
    limits: z
      .strictObject({ cells: z.int().positive().max(1_000_000).optional().describe('cells the study may have') })
      .optional()
      .meta({ title: 'limits' }),
  })
  .meta({ title: 'a study' });
export type StudyDeclaration = z.output<typeof studySchema>;

/** What an imported file holds. */
export const librarySchema = z.strictObject({ graphs }).meta({ title: 'an imported file' });
