/** What is wrong with a study: where, what, how to mend, and a stable code. Printed by planner/print-diagnostic. */
import { z } from 'zod';

const locationSchema = z.strictObject({
  file: z.string(),
  /** 1-based; column counts UTF-16 code units. */
  line: z.int().positive(),
  column: z.int().positive(),
  /** Length of the underlined piece, in code units on its first line. */
  length: z.int().nonnegative(),
});
export type Location = z.output<typeof locationSchema>;

const diagnosticSchema = z.strictObject({
  /** Stable: `E…`, listed in planner/diagnostic-codes. */
  code: z.string(),
  /** One sentence: what was found, what is allowed, the nearest name. */
  message: z.string(),
  /** One sentence: what to do. */
  remedy: z.string(),
  location: locationSchema,
  /** Further places (every hop of a cycle, the first of two duplicates), each with a note. */
  related: z.array(z.strictObject({ location: locationSchema, note: z.string() })),
});
export type Diagnostic = z.output<typeof diagnosticSchema>;
