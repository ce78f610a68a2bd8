/** A random sample of cells, stratified by step: every step has at least one in it, whatever its share. */
import type { PlanCell } from '../../schemas/plan.ts';
import { randomStream } from '../../schemas/random.ts';

/** A share of the cells (0 to 1), or so many of them. */
export type SampleSize = { readonly share: number } | { readonly cells: number };

/** In plan order. The same cells, size and seed give the same sample; more than there are gives all of them. */
export function sampleCells(cells: readonly PlanCell[], size: SampleSize, seed: number): PlanCell[] {
  const steps = byStep(cells);
  const wanted = 'cells' in size ? size.cells : Math.ceil(size.share * cells.length);
  const sizes = stratumSizes(
    [...steps.values()].map(({ length }) => length),
    wanted,
  );
  const taken = [...steps].flatMap(([step, stratum], index) => {
    const order = randomStream(seed, 'audit sample', step).permutation(stratum.length);
    return [...order.subarray(0, sizes[index])].flatMap(place => stratum[place] ?? []);
  });
  return taken.sort((a, b) => a.index - b.index);
}

function byStep(cells: readonly PlanCell[]): Map<string, PlanCell[]> {
  const steps = new Map<string, PlanCell[]>();
  for (const cell of cells) {
    const known = steps.get(cell.step);
    if (known === undefined) steps.set(cell.step, [cell]);
    else known.push(cell);
  }
  return steps;
}

/** Proportional, by largest remainders; at least one of each stratum, so more than `wanted` where strata are many. */
function stratumSizes(lengths: readonly number[], wanted: number): number[] {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const quotas = lengths.map(length => (length * wanted) / total);
  const sizes = quotas.map((quota, index) => Math.min(lengths[index] ?? 0, Math.max(1, Math.floor(quota))));
  const byRemainder = quotas
    .map((quota, index) => ({ index, remainder: quota - Math.floor(quota) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  let left = wanted - sizes.reduce((sum, size) => sum + size, 0);
  for (const { index } of byRemainder) {
    const [size = 0, length = 0] = [sizes[index], lengths[index]];
    if (left <= 0 || size >= length) continue;
    sizes[index] = size + 1;
    left -= 1;
  }
  return sizes;
}
