/** The report as a step of kind `report`: it takes every output that its sections name, and every gate. */
import type { Report } from '../schemas/report.ts';
import { jsonSchema } from '../schemas/json.ts';
import { outputPorts } from '../schemas/step-kind.ts';
import { portOf } from './connect.ts';
import type { FlatInput, FlatStep, Source } from './flat-step.ts';
import type { FlatGate } from './gates.ts';
import type { Instance } from './instance.ts';
import { article } from './port-problems.ts';
import { type Place, below, valueLocation } from './place.ts';
import { type Planning, blaming } from './planning.ts';
import { resolveReference } from './resolve-reference.ts';
import { sectionKind, sectionStep } from './section-step.ts';

export interface FlatReport {
  readonly step: FlatStep;
  readonly inputs: readonly FlatInput[];
}

/** A reference in a section. */
interface ReportSource {
  readonly reference: string;
  readonly place: Place;
}

export function readReport(study: Instance, gates: readonly FlatGate[], planning: Planning): FlatReport | undefined {
  const { report } = planning.source.declaration;
  if (report === undefined) return undefined;
  const place = below(planning.source.place, 'report');
  const kind = sectionKind('report', planning);
  const step = sectionStep('report', kind, place, {
    title: report.title,
    question: report.question,
    sections: jsonSchema.parse(report.sections),
  });
  const inputs = blaming(planning, step, () => {
    const taken = new Map<string, FlatInput>();
    for (const source of sourcesIn(report, place)) {
      const input = taken.get(source.reference) ?? sourceInput(step, source, study, planning);
      if (input !== undefined) taken.set(source.reference, input);
    }
    return [...taken.values()];
  });
  return { step, inputs: [...inputs, ...gates.map(gate => gateInput(step, gate))] };
}

/** Every reference of a report, with its place. */
function sourcesIn({ sections }: Report, place: Place): ReportSource[] {
  return sections.flatMap(({ table, figure }, index) => {
    const section = below(place, 'sections', index);
    return [
      ...(table === undefined ? [] : sourcesOf(table.from, below(section, 'table', 'from'))),
      ...(figure === undefined ? [] : sourcesOf(figure.from, below(section, 'figure', 'from'))),
    ];
  });
}

function sourcesOf(from: string | { readonly [label: string]: string }, place: Place): ReportSource[] {
  if (typeof from === 'string') return [{ reference: from, place }];
  return Object.entries(from).map(([label, reference]) => ({ reference, place: below(place, label) }));
}

function sourceInput(
  step: FlatStep,
  { reference, place }: ReportSource,
  study: Instance,
  planning: Planning,
): FlatInput | undefined {
  const resolution = resolveReference(study, reference);
  if (resolution.kind === 'problem') planning.list.add({ ...resolution.problem, location: valueLocation(place) });
  if (resolution.kind !== 'source') {
    planning.faulty.add(step);
    return undefined;
  }
  const { source } = resolution;
  const kind = outputPorts(source.step.kind)[source.output]?.kind;
  if (kind !== 'table' && source.output !== 'metrics') {
    planning.list.add({
      reason: 'bad-report-source',
      location: valueLocation(place),
      message: `A report shows tables and metrics; \`${reference}\` is ${article(kind ?? 'any')}.`,
      remedy: 'Name a table, or add a step that makes one.',
    });
    return undefined;
  }
  return listInput(step, reference, place, source);
}

function gateInput(step: FlatStep, gate: FlatGate): FlatInput {
  const [output = ''] = Object.keys(gate.step.kind.out);
  return listInput(step, gate.step.name, gate.place, { step: gate.step, output, at: [], quorum: undefined });
}

/** A report shows what there is: none of its parts must be there. */
function listInput(step: FlatStep, port: string, place: Place, source: Source): FlatInput {
  const spec = portOf(step.kind, port);
  if (spec === undefined) throw new Error(`internal: the kind ${step.kind.kind} takes no further ports`);
  return { port, spec, place, source, quorum: { value: 0, place }, isList: true };
}
