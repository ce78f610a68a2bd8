/** The recipe of a planned cell: what its key is made of, and how parts of its inputs are named in it. */
import type { PartIdentity, Recipe } from './identity.ts';
import type { Json } from './json.ts';
import type { PlanCell, PlanInput, PlanPart } from './plan.ts';
import type { StepKind } from './step-kind.ts';

/** How a part is named: by its maker's key and output (recipe key), or by the digest of its bytes (content key). */
export type IdentifyPart = (part: PlanPart) => Pick<PartIdentity, 'id' | 'output'>;

/** By the key of the cell that makes it. */
const byKey: IdentifyPart = part => ({ id: part.key, output: part.output });

/**
 * The recipe of a cell of a kind. Parts for which `identify` gives nothing are left out: that is how a fan-in with
 * missing parts gets a content key of its own.
 */
export function recipeOf(
  cell: Omit<PlanCell, 'key' | 'index'>,
  kind: StepKind,
  identify: (part: PlanPart) => ReturnType<IdentifyPart> | undefined = byKey,
): Recipe {
  const withFiles = Object.entries(cell.files).map(([parameter, { digest }]): [string, Json] => [
    parameter,
    { file: digest },
  ]);
  return {
    use: cell.use,
    version: cell.version,
    with: { ...keyedParameters(cell.with, kind), ...Object.fromEntries(withFiles) },
    seeds: cell.seeds,
    keep: [...cell.keep].sort(),
    ...(kind.keyedByAxes ? { at: cell.at } : {}),
    inputs: Object.fromEntries(
      Object.entries(cell.inputs).map(([port, input]) => [port, identifyInput(input, identify)]),
    ),
  };
}

function keyedParameters(parameters: PlanCell['with'], { unkeyed }: StepKind): PlanCell['with'] {
  if (unkeyed === undefined) return parameters;
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !unkeyed.includes(name)));
}

function identifyInput(input: PlanInput, identify: (part: PlanPart) => ReturnType<IdentifyPart> | undefined) {
  const parts = input.parts.flatMap((part): PartIdentity[] => {
    const identity = identify(part);
    if (identity === undefined) return [];
    return [{ at: part.at, ...identity, ...(part.where === undefined ? {} : { where: part.where }) }];
  });
  return { axes: input.axes, parts };
}
