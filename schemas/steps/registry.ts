/** Every step kind, by name. */
import type { StepKind } from '../step-kind.ts';
import { bagOfTokens } from './bag-of-tokens.ts';
import { captureActivations } from './capture-activations.ts';
import { checkOverlap } from './check-overlap.ts';
import { evaluateAlignment } from './evaluate-alignment.ts';
import { evaluateChoice } from './evaluate-choice.ts';
import { evaluateLoss } from './evaluate-loss.ts';
import { exec } from './exec.ts';
import { fitDatamodel } from './fit-datamodel.ts';
import { gate } from './gate.ts';
import { loadRows } from './load-rows.ts';
import { makeWorld } from './make-world.ts';
import { mergeAdapter } from './merge-adapter.ts';
import { noOp } from './no-op.ts';
import { personaAxis } from './persona-axis.ts';
import { probeLinear } from './probe-linear.ts';
import { rankAssociation } from './rank-association.ts';
import { removalTest } from './removal-test.ts';
import { removeRows } from './remove-rows.ts';
import { report } from './report.ts';
import { selectRows } from './select-rows.ts';
import { subsetRows } from './subset-rows.ts';
import { surfaceDivergence } from './surface-divergence.ts';
import { tokenEntropy } from './token-entropy.ts';
import { trainBase } from './train-base.ts';
import { trainDpo } from './train-dpo.ts';
import { trainLora } from './train-lora.ts';
import { trainSft } from './train-sft.ts';
import { varianceComponents } from './variance-components.ts';

const kinds: readonly StepKind[] = [
  bagOfTokens,
  captureActivations,
  checkOverlap,
  evaluateAlignment,
  evaluateChoice,
  evaluateLoss,
  exec,
  fitDatamodel,
  gate,
  loadRows,
  makeWorld,
  mergeAdapter,
  noOp,
  personaAxis,
  probeLinear,
  rankAssociation,
  removalTest,
  removeRows,
  report,
  selectRows,
  subsetRows,
  surfaceDivergence,
  tokenEntropy,
  trainBase,
  trainDpo,
  trainLora,
  trainSft,
  varianceComponents,
];

/** A registry is passed along rather than imported where studies are checked, so that tests can have their own. */
export type Registry = ReadonlyMap<string, StepKind>;

export const stepKinds: Registry = new Map(kinds.map(kind => [kind.kind, kind]));
