/** A step kind as one step of it declares it: with the outputs and seeds that only the step names. */
import type { Parameters, StepKind } from './step-kind.ts';

/** What a step says of itself: its parameters, and the names of its seeds. */
export interface OwnDeclarations {
  readonly with: Parameters;
  readonly seeds: { readonly [seed: string]: unknown };
}

/** The kind with the step's own outputs and seeds; an `internal:` error where its outputs were not checked before. */
export function kindOfStep(kind: StepKind, { with: parameters, seeds }: OwnDeclarations): StepKind {
  const { ownOutputs } = kind;
  if (ownOutputs === undefined && kind.ownSeeds !== true) return kind;
  const own = ownOutputs?.read(parameters[ownOutputs.parameter] ?? null);
  if (ownOutputs !== undefined && own === undefined) {
    throw new Error(`internal: the parameter ${ownOutputs.parameter} of \`${kind.kind}\` declares no outputs`);
  }
  return { ...kind, out: { ...kind.out, ...own }, seeds: kind.ownSeeds === true ? Object.keys(seeds) : kind.seeds };
}
