/** The body of every step kind, loaded when first needed: a worker that trains nothing never loads a trainer. */
import type { StepBody } from '../step-body.ts';

const loaders: { readonly [kind: string]: () => Promise<StepBody> } = {
  'bag-of-tokens': async () => (await import('./bag-of-tokens.ts')).bagOfTokensBody,
  'capture-activations': async () => (await import('./capture-activations.ts')).captureActivationsBody,
  'check-overlap': async () => (await import('./check-overlap.ts')).checkOverlapBody,
  'evaluate-alignment': async () => (await import('./evaluate-alignment.ts')).evaluateAlignmentBody,
  'evaluate-choice': async () => (await import('./evaluate-choice.ts')).evaluateChoiceBody,
  'evaluate-loss': async () => (await import('./evaluate-loss.ts')).evaluateLossBody,
  exec: async () => (await import('./exec.ts')).execBody,
  'fit-datamodel': async () => (await import('./fit-datamodel.ts')).fitDatamodelBody,
  gate: async () => (await import('./gate.ts')).gateBody,
  'load-rows': async () => (await import('./load-rows.ts')).loadRowsBody,
  'make-world': async () => (await import('./make-world.ts')).makeWorldBody,
  'merge-adapter': async () => (await import('./merge-adapter.ts')).mergeAdapterBody,
  'no-op': async () => (await import('./no-op.ts')).noOpBody,
  'persona-axis': async () => (await import('./persona-axis.ts')).personaAxisBody,
  'probe-linear': async () => (await import('./probe-linear.ts')).probeLinearBody,
  'rank-association': async () => (await import('./rank-association.ts')).rankAssociationBody,
  'removal-test': async () => (await import('./removal-test.ts')).removalTestBody,
  'remove-rows': async () => (await import('./remove-rows.ts')).removeRowsBody,
  report: async () => (await import('./report.ts')).reportBody,
  'select-rows': async () => (await import('./select-rows.ts')).selectRowsBody,
  'subset-rows': async () => (await import('./subset-rows.ts')).subsetRowsBody,
  'surface-divergence': async () => (await import('./surface-divergence.ts')).surfaceDivergenceBody,
  'token-entropy': async () => (await import('./token-entropy.ts')).tokenEntropyBody,
  'train-base': async () => (await import('./train-base.ts')).trainBaseBody,
  'train-dpo': async () => (await import('./train-dpo.ts')).trainDpoBody,
  'train-lora': async () => (await import('./train-lora.ts')).trainLoraBody,
  'train-sft': async () => (await import('./train-sft.ts')).trainSftBody,
  'variance-components': async () => (await import('./variance-components.ts')).varianceComponentsBody,
};

/** The body of a kind; an `internal:` error where this build has none. */
export async function bodyOf(kind: string): Promise<StepBody> {
  const load = loaders[kind];
  if (load === undefined) throw new Error(`internal: no body for the step kind \`${kind}\``);
  return load();
}

/** Kinds that have a body, for the test that compares them with the registry. */
export const kindsWithBodies: readonly string[] = Object.keys(loaders);
