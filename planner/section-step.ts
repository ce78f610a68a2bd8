/** Steps that sections of a study make: gates and the report. Nobody writes them under `steps:`. */
import type { Json } from '../schemas/json.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import type { FlatStep } from './flat-step.ts';
import type { Place } from './place.ts';
import type { Planning } from './planning.ts';
import { constantTerm } from './term.ts';

/** The kind behind a section of the study. */
export function sectionKind(name: string, { registry }: Planning): StepKind {
  const kind = registry.get(name);
  if (kind === undefined) throw new Error(`internal: the registry has no step kind ${name}`);
  return kind;
}

/** A step that no one wrote under `steps:`: it has no axes and no seeds, and its parameters are plain values. */
export function sectionStep(
  name: string,
  kind: StepKind,
  place: Place,
  parameters: { readonly [name: string]: Json | undefined },
): FlatStep {
  const present = Object.entries(parameters).flatMap(([parameter, value]) =>
    value === undefined ? [] : [{ parameter, value }],
  );
  return {
    name,
    localName: name,
    place,
    kind,
    over: { axes: [], isComplete: true, place },
    bounds: [],
    conditions: [],
    when: undefined,
    standIn: undefined,
    parameters: new Map(present.map(({ parameter, value }) => [parameter, { place, term: constantTerm(value) }])),
    seeds: new Map(),
    keep: [],
    resources: new Map(),
    quorum: undefined,
    onFailure: [],
    approve: undefined,
    isSketch: false,
  };
}
