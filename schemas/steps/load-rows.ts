/** `load-rows`: a user's own rows, from a file beside the study. */
import { z } from 'zod';
import { rowColumns } from '../row-columns.ts';
import { defineStepKind } from '../step-kind.ts';

export const loadRows = defineStepKind({
  kind: 'load-rows',
  version: 2,
  summary:
    'Reads JSONL, CSV, Parquet or Arrow with `messages`, `prompt` + `completion` or `text`, and asserts what it should hold.',
  weight: 'heavy',
  with: z.strictObject({
    path: z.string().min(1).describe('file, relative to the study'),
    format: z.enum(['auto', 'jsonl', 'csv', 'parquet', 'arrow']).default('auto').describe('auto: by the file name'),
    form: z
      .enum(['auto', 'messages', 'prompt-completion', 'pairs', 'text', 'columns'])
      .default('auto')
      .describe('what makes a row; auto: by the columns; columns: any table, taken as it is'),
    id: z.string().optional().describe('column of row ids; otherwise `row_id` if there is one, else the row number'),
    rows: z.int().positive().optional().describe('refuse any other number of rows'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .describe('refuse any other content'),
  }),
  seeds: [],
  in: {},
  out: {
    rows: {
      kind: 'table',
      summary: 'the rows, each with `row_id` and `messages` or `text`',
      columns: rowColumns,
      open: true,
    },
  },
  metrics: {},
  files: ['path'],
});
