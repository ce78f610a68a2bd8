/**
 * The report as a study declares it: sections with text, a table or a figure, each read from outputs of steps. It is
 * also the parameters of the step kind that draws it. Figures are few orthogonal parts: rows, a mark, encodings.
 */
import { z } from 'zod';
import { takeSchema } from './gate.ts';
import { columnNameSchema, nameSchema, referenceSchema } from './names.ts';

const from = z
  .union([referenceSchema, z.record(nameSchema, referenceSchema)], {
    error: 'must be an output, as in `main.score`, or several by label, as in `{ before: main.pre, after: main.post }`',
  })
  .describe(
    'the rows: a table (or a step’s `metrics`: one row per scalar), with its axes as columns; several by label are stacked, with the label in the column `source`',
  );

const where = z.string().min(1).optional().describe('CEL over the columns of a row: only these rows');

const statistic = z
  .strictObject({
    column: columnNameSchema,
    take: z.union([takeSchema, z.enum(['ci95_low', 'ci95_high'])]).describe('ci95: t interval of the mean'),
  })
  .meta({ title: 'a statistic' });

export const reportTableSchema = z
  .strictObject({
    from,
    where,
    columns: z.array(columnNameSchema).min(1).optional().describe('columns shown, in order; all unless given'),
    group_by: z.array(columnNameSchema).min(1).optional().describe('one row per combination of these'),
    statistics: z.record(nameSchema, statistic).optional().describe('with `group_by`: further columns, by heading'),
    sort: columnNameSchema.optional().describe('column to sort by'),
    descending: z.boolean().default(false),
    limit: z.int().positive().default(50).describe('rows shown'),
  })
  .refine(table => (table.group_by === undefined) === (table.statistics === undefined), {
    error: 'must have both of `group_by` and `statistics`, or neither',
    params: { remedy: 'Add the other one, as in `statistics: { mean: { column: score, take: mean } }`.' },
  })
  .meta({ title: 'a table of the report' });
export type ReportTable = z.output<typeof reportTableSchema>;

const channel = z
  .union(
    [
      columnNameSchema,
      z.strictObject({
        column: columnNameSchema,
        title: z.string().optional(),
        scale: z.enum(['linear', 'log', 'symlog']).default('linear'),
        domain: z.tuple([z.number(), z.number()]).optional(),
        sort: z
          .array(z.union([z.string(), z.number(), z.boolean()]))
          .optional()
          .describe('order of its values'),
      }),
    ],
    { error: 'must be a column, or `{ column, title, scale, domain, sort }`' },
  )
  .meta({ title: 'an encoding' });

const referenceLine = z
  .union(
    [
      z.number(),
      z.strictObject({ value: z.number(), label: z.string().optional(), axis: z.enum(['x', 'y']).default('y') }),
    ],
    { error: 'must be a number (on y), or `{ value, label, axis }`' },
  )
  .meta({ title: 'a reference line' });

export const reportFigureSchema = z
  .strictObject({
    kind: z
      .enum(['points', 'bars', 'lines', 'interval', 'histogram', 'heatmap'])
      .describe('the mark; interval draws a point with its whisker, heatmap tells `color` by x and y'),
    from,
    where,
    x: channel,
    y: channel.optional().describe('counts, for a histogram'),
    color: channel.optional(),
    facet: channel.optional().describe('one small figure per value'),
    low: columnNameSchema.optional().describe('lower end of the whisker, where the table has it'),
    high: columnNameSchema.optional().describe('upper end of the whisker'),
    take: takeSchema.optional().describe('rows that share x, color and facet become one; without it each is drawn'),
    spread: z
      .enum(['ci95', 'sd', 'range'])
      .optional()
      .describe('with `take: mean`: the whisker, from the rows behind the point'),
    reference: z.array(referenceLine).min(1).optional().describe('lines to compare with'),
  })
  .refine(figure => figure.kind === 'histogram' || figure.y !== undefined, {
    error: 'must have `y`',
    params: { remedy: 'Add `y:`, the column that gives the height.' },
  })
  .refine(figure => figure.kind !== 'heatmap' || figure.color !== undefined, {
    error: 'must have `color`: the value of a heatmap’s tile',
    params: { remedy: 'Add `color:`, the column that gives the tile its shade.' },
  })
  .refine(figure => (figure.low === undefined) === (figure.high === undefined), {
    error: 'must have both of `low` and `high`, or neither',
    params: { remedy: 'Name the columns of both ends of the whisker.' },
  })
  .refine(figure => figure.spread === undefined || figure.take === 'mean', {
    error: 'must have `take: mean` for `spread` to be drawn around',
    params: { remedy: 'Add `take: mean`, or give the whisker with `low` and `high`.' },
  })
  .meta({ title: 'a figure' });
export type ReportFigure = z.output<typeof reportFigureSchema>;

const section = z
  .strictObject({
    title: z.string().min(1),
    text: z.string().optional().describe('paragraphs, parted by empty lines'),
    table: reportTableSchema.optional(),
    figure: reportFigureSchema.optional(),
  })
  .meta({ title: 'a section of the report' });

export const reportSchema = z
  .strictObject({
    title: z.string().optional().describe('the study’s name unless given'),
    question: z.string().optional().describe('what the study asks, in a sentence'),
    sections: z.array(section).min(1),
  })
  .meta({ title: 'the report' });
export type Report = z.output<typeof reportSchema>;
