/** The outputs and seeds that a step declares for itself, before anything is connected to it. */
import { kindOfStep } from '../schemas/step-declaration.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import { evaluateConstant } from './compile-term.ts';
import type { Written } from './declare-step.ts';
import { listNames } from './nearest-name.ts';
import { keyLocation } from './place.ts';
import { type PlacedTerm, isConstant } from './term.ts';

/** The step's own kind; undefined where its outputs have problems, which are listed, or are not known in a sketch. */
export function readOwnDeclarations(
  kind: StepKind,
  parameters: ReadonlyMap<string, PlacedTerm>,
  { declaration, context }: Written,
): StepKind | undefined {
  const seeds = declaration.seed ?? {};
  const { ownOutputs } = kind;
  if (ownOutputs === undefined) return kindOfStep(kind, { with: {}, seeds });
  const written = parameters.get(ownOutputs.parameter);
  if (written === undefined || !written.term.known) return undefined;
  if (!isConstant(written.term)) {
    context.list.add({
      reason: 'varying-outputs',
      location: keyLocation(written.place),
      message: `\`${ownOutputs.parameter}\` varies with ${listNames(written.term.axes.map(({ name }) => name))}, and other steps are connected to what it declares.`,
      remedy: 'Declare the same outputs for all cells.',
    });
    return undefined;
  }
  const declared = evaluateConstant(written.term, context.list);
  if (declared === undefined || ownOutputs.read(declared) === undefined) return undefined;
  return kindOfStep(kind, { with: { [ownOutputs.parameter]: declared }, seeds });
}
