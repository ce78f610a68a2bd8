/** A note that the same work gave other bytes when it was done again: the one thing a cache by key must never hide. */
import { z } from 'zod';
import { environmentSchema } from './cell-record.ts';
import { cellKeySchema, digestSchema } from './identity.ts';

/** One making of a result: by which run, when and with what. */
const makingSchema = z.strictObject({
  run: z.string(),
  started: z.iso.datetime(),
  environment: environmentSchema,
});

/** Outputs whose bytes differ, by port: what the record says, and what the other making gave (null: no such output). */
export const differingOutputsSchema = z.record(
  z.string(),
  z.strictObject({ recorded: digestSchema.nullable(), again: digestSchema.nullable() }),
);
export type DifferingOutputs = z.output<typeof differingOutputsSchema>;

export const nondeterminismSchema = z.strictObject({
  format: z.literal(1),
  at: z.iso.datetime(),
  key: cellKeySchema,
  name: z.string(),
  use: z.string(),
  version: z.int(),
  /** `publication`: two workers made the cell, and the second differed. `audit`: it was made again to see. */
  found_by: z.enum(['publication', 'audit']),
  outputs: differingOutputsSchema,
  recorded: makingSchema,
  again: makingSchema,
  /** The first number or byte that differs, where somebody has looked. */
  difference: z.string().optional(),
});
export type Nondeterminism = z.output<typeof nondeterminismSchema>;
