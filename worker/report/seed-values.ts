/** The named seeds of a plan: which values each took, and who draws from it. */
import type { PlanCell } from '../../schemas/plan.ts';
import { groupBy } from '../../stats/grouped-values.ts';
import type { SeedValues } from './page-model.ts';

/** Seeds as the plan first names them; steps in which a seed has the same values stand together. */
export function seedValues(cells: readonly PlanCell[]): SeedValues[] {
  const drawn = cells.flatMap(({ step, seeds }) =>
    Object.entries(seeds).map(([seed, value]) => ({ step, seed, value })),
  );
  return [...groupBy(drawn, ({ seed }) => seed)].flatMap(([seed, draws]) => {
    const steps = [...groupBy(draws, ({ step }) => step)].map(([step, members]) => ({
      step,
      values: [...new Set(members.map(({ value }) => value))].sort((a, b) => a - b),
    }));
    const alike = groupBy(steps, ({ values }) => values.join(','));
    return [...alike.values()].map(members => ({
      seed,
      values: members[0]?.values ?? [],
      steps: members.map(({ step }) => step),
    }));
  });
}
