/** Names, references, values and expressions as a study writes them. */
import { z } from 'zod';
import { axisValueSchema } from './plan.ts';

/** A study: kebab-case, since its runs and files are named after it. */
export const studyNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be in kebab-case: lower-case letters, digits and single hyphens')
  .max(100)
  .meta({ examples: ['my-study'] });

/** A param, an axis or a parameter of a graph: what expressions call by name. */
export const variableNameSchema = z
  .string()
  .regex(
    /^[a-zA-Z][a-zA-Z0-9_]*$/,
    'must begin with a letter and hold only letters, digits and `_`, since expressions use it',
  )
  .max(100);

/** A step, a graph, a port, a seed or a gate. */
export const nameSchema = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_-]*$/, 'must begin with a letter and hold only letters, digits, `_` and `-`')
  .max(100);

/** A step's output (`sft.model`), a step (its first output), a graph's port (`main.score`), or a graph's own in-port. */
export const referenceSchema = z
  .string()
  .regex(
    /^[a-zA-Z][a-zA-Z0-9_-]*(\.[a-zA-Z][a-zA-Z0-9_-]*)*$/,
    'must name a step or an output, as in `sft` or `sft.model`',
  );

/** One expression that makes the whole value, with its type: `"${n * 2}"`. */
export const expressionSchema = z.string().regex(/^\$\{[\s\S]*\}$/, 'must be an expression in `${…}`');

/** A column of a table. */
export const columnNameSchema = z.string().min(1);

/** Which value of an axis (or an expression that gives one), by axis: `{ condition: good_wrong }`. */
export const atSchema = z.record(variableNameSchema, axisValueSchema);

/**
 * How many gathered parts must be there: up to 1 a fraction of them (rounded up, so 1 is all of them), from 2 a count;
 * 0 asks for none.
 */
export const quorumSchema = z
  .number()
  .nonnegative()
  .refine(quorum => quorum <= 1 || Number.isInteger(quorum), {
    error: 'must be a fraction up to 1 or a whole number of parts',
    params: { remedy: 'Write `0.95` for 95 % of the parts, or `38` for 38 of them.' },
  });
