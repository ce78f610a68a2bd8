/** The named seeds of a plan: which values each took, and who draws from it. */
import type { PlanCell } from '../../schemas/plan.ts';
import type { SeedValues } from './page-model.ts';

/** In the order in which the plan first names them; values by size. */
export function seedValues(cells: readonly PlanCell[]): SeedValues[] {
  const seeds = new Map<string, { values: Set<number>; steps: Set<string> }>();
  for (const { step, seeds: drawn } of cells) {
    for (const [seed, value] of Object.entries(drawn)) {
      const known = seeds.get(seed) ?? { values: new Set(), steps: new Set() };
      known.values.add(value);
      known.steps.add(step);
      seeds.set(seed, known);
    }
  }
  return [...seeds].map(([seed, { values, steps }]) => ({
    seed,
    values: [...values].sort((a, b) => a - b),
    steps: [...steps],
  }));
}
