/** The axis from one persona to another at a layer, and where a model's activations stand on it. */
import { cosineScores, meanDifferenceAxis, projectionScores } from '../../stats/activation-axis.ts';
import { centerColumns, columnMeans, type DenseMatrix, matrixFromRows, rowOf } from '../../stats/dense-matrix.ts';
import { mean, standardDeviation } from '../../stats/moments.ts';
import { dot, norm, unitVector } from '../../stats/vector.ts';
import { CellFailure } from '../cell-failure.ts';
import { type Activation, type ActivationLayers, activationMatrix } from './activation-layers.ts';
import { listed } from './counted.ts';

/** Activations under either persona. */
export interface PersonaPair {
  readonly toward: ActivationLayers;
  readonly away: ActivationLayers;
}

/** In activation units. */
export interface PersonaAxis {
  /** mean(toward) − mean(away). */
  readonly axis: Float64Array;
  readonly length: number;
  /** Halfway between the personas' means, where projections are 0. */
  readonly midpoint: Float64Array;
}

/** The axis of a layer; a `CellFailure` where a persona was not captured there, or on other prompts than the other one. */
export function personaAxisAt({ toward, away }: PersonaPair, layer: number): PersonaAxis {
  const sides = { toward: personaAt(toward, 'toward', layer), away: personaAt(away, 'away', layer) };
  requireSamePrompts(sides, layer);
  const plus = activationMatrix(sides.toward, toward.width);
  const minus = activationMatrix(sides.away, away.width);
  const axis = meanDifferenceAxis(plus, minus);
  const [meanPlus, meanMinus] = [columnMeans(plus), columnMeans(minus)];
  const midpoint = meanPlus.map((value, index) => (value + (meanMinus[index] ?? Number.NaN)) / 2);
  return { axis, length: norm(axis), midpoint };
}

function personaAt({ layers }: ActivationLayers, port: keyof PersonaPair, layer: number): readonly Activation[] {
  const found = layers.find(each => each.layer === layer);
  if (found !== undefined) return found.activations;
  const captured = layers.map(each => `${each.layer}`);
  throw new CellFailure(
    'user',
    `\`activations\` has layer ${layer}, and \`${port}\` only ${listed(captured)}: capture the same \`layers\` of all three`,
  );
}

/** A prompt that only one persona was asked would be part of the axis. */
function requireSamePrompts(
  sides: { readonly [side in keyof PersonaPair]: readonly Activation[] },
  layer: number,
): void {
  const prompts = { toward: promptsOf(sides.toward), away: promptsOf(sides.away) };
  for (const [side, other] of [
    ['toward', 'away'],
    ['away', 'toward'],
  ] as const) {
    const without = [...prompts[other]].filter(prompt => !prompts[side].has(prompt));
    if (without.length === 0) continue;
    throw new CellFailure(
      'user',
      `\`${side}\` lacks prompts of \`${other}\` at layer ${layer} (${listed(without)}): capture both personas on the same prompts, or their difference becomes part of the axis`,
    );
  }
}

function promptsOf(activations: readonly Activation[]): ReadonlySet<string> {
  return new Set(activations.map(({ prompt }) => prompt));
}

/** Means over prompts; NaN on an axis of length 0. */
export interface AxisPosition {
  readonly projection: number;
  /** Of the projection over prompts, divisor n − 1. */
  readonly sd: number;
  readonly cosine: number;
  readonly rawCosine: number;
  readonly nullProjection: number;
  readonly nullCosine: number;
}

/**
 * Where vectors (one row per prompt) stand on the axis, and how far they stand out on directions that mean nothing.
 *
 * @param directions unit vectors, one per row
 */
export function positionOnAxis(
  activations: DenseMatrix,
  { axis, midpoint }: PersonaAxis,
  directions: DenseMatrix,
): AxisPosition {
  const centred = centerColumns(activations, midpoint);
  const projections = projectionScores(centred, axis);
  const units = matrixFromRows(rowsOf(centred).map(unitVector));
  // A mean of projections is the projection of the mean.
  const [meanVector, meanUnit] = [columnMeans(centred), columnMeans(units)];
  const random = rowsOf(directions);
  return {
    projection: mean(projections),
    sd: standardDeviation(projections),
    cosine: mean(cosineScores(centred, axis)),
    rawCosine: mean(cosineScores(activations, axis)),
    nullProjection: standardDeviation(random.map(direction => dot(meanVector, direction))),
    nullCosine: standardDeviation(random.map(direction => dot(meanUnit, direction))),
  };
}

function rowsOf(matrix: DenseMatrix): Float64Array[] {
  return Array.from({ length: matrix.rows }, (_, row) => rowOf(matrix, row));
}
