/** The drawn report: the output of a report's cell, from which a page is made. */
import { z } from 'zod';
import { gateOutcomeSchema } from './gate-outcome.ts';

const sectionBodySchema = z.strictObject({
  title: z.string(),
  /** The section's anchor in the document. */
  anchor: z.string(),
  /** Escaped already: a page puts them in as they are. */
  html: z.string(),
  markdown: z.string(),
  /** The cells whose numbers it shows. */
  cells: z.array(z.strictObject({ key: z.string(), name: z.string() })),
  /** Cells that it asked for in vain. */
  missing: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  /** What kept a part of it from being drawn. */
  problems: z.array(z.string()),
  /** The figure as a file of its own, where the Markdown text expects it. */
  figures: z.array(z.strictObject({ path: z.string(), svg: z.string() })),
});
export type SectionBody = z.output<typeof sectionBodySchema>;

export const reportBodySchema = z.strictObject({
  format: z.literal(1),
  title: z.string().optional(),
  question: z.string().optional(),
  sections: z.array(sectionBodySchema),
  gates: z.array(gateOutcomeSchema),
});
export type ReportBody = z.output<typeof reportBodySchema>;
