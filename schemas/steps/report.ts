/** `report`: the study's report as far as its numbers go. Made by the planner from `report:`. */
import { reportSchema } from '../report.ts';
import { defineStepKind } from '../step-kind.ts';

export const report = defineStepKind({
  kind: 'report',
  version: 1,
  summary: 'Draws the sections of a report from tables, metrics and verdicts, naming the cells behind every number.',
  weight: 'heavy',
  with: reportSchema,
  seeds: [],
  in: { '*': { kind: 'any', gathers: true, optional: true, summary: 'what the sections show; every gate' } },
  out: {
    body: { kind: 'json', summary: 'per section HTML and Markdown, with the cells whose numbers it shows' },
  },
  metrics: {},
});
