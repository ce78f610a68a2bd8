/** Small random plans: cells of two kinds with quorums, gates and shared recipes, and what becomes of each. */
import fc from 'fast-check';
import type { FailureClass } from '../../../schemas/failure.ts';
import { type CellKey, cellKey } from '../../../schemas/identity.ts';
import type { PlanCell, PlanGuard, PlanInput } from '../../../schemas/plan.ts';
import { recipeOf } from '../../../schemas/recipe.ts';
import { stepKinds } from '../../../schemas/steps/registry.ts';

/** What a piece of work does whenever it is tried; `flaky` fails once, then succeeds. */
export type Fate =
  | { readonly fate: 'succeeds'; readonly verdict: 'pass' | 'fail' }
  | { readonly fate: 'flaky'; readonly class: FailureClass; readonly verdict: 'pass' | 'fail' }
  | { readonly fate: 'fails'; readonly class: FailureClass };

export interface DrawnPlan {
  readonly cells: readonly PlanCell[];
  /** Fates by the hash of what the work is made of: equal content, equal fate. */
  readonly fates: readonly Fate[];
  /** Keys of the cells that are called off instead of being worked at. */
  readonly cancelled: ReadonlySet<CellKey>;
}

interface DrawnCell {
  readonly ports: readonly { readonly of: readonly number[]; readonly mayLack: number }[];
  readonly gate: boolean;
  readonly guard: { readonly gate: number; readonly verdict: 'pass' | 'fail' } | null;
  /** Few places, so that recipes coincide. */
  readonly place: number;
  /** Makes the same bytes from anything: what is below is met by content. */
  readonly constant: boolean;
  readonly heavy: boolean;
  readonly cancelled: boolean;
}

const drawnCell: fc.Arbitrary<DrawnCell> = fc.record({
  ports: fc.array(fc.record({ of: fc.array(fc.nat(7), { minLength: 1, maxLength: 3 }), mayLack: fc.nat(2) }), {
    maxLength: 2,
  }),
  gate: fc.integer({ min: 0, max: 4 }).map(drawn => drawn === 4),
  guard: fc.option(fc.record({ gate: fc.nat(7), verdict: fc.constantFrom('pass', 'fail') }), { freq: 2 }),
  place: fc.nat(2),
  constant: fc.boolean(),
  heavy: fc.boolean(),
  cancelled: fc.integer({ min: 0, max: 14 }).map(drawn => drawn === 14),
});

const succeeds = { fate: 'succeeds', verdict: 'pass' } as const;
const fates: fc.Arbitrary<Fate> = fc.constantFrom<Fate[]>(
  succeeds,
  succeeds,
  { fate: 'succeeds', verdict: 'fail' },
  { fate: 'flaky', class: 'infrastructure', verdict: 'pass' },
  { fate: 'flaky', class: 'preempted', verdict: 'fail' },
  { fate: 'flaky', class: 'out-of-memory', verdict: 'pass' },
  { fate: 'fails', class: 'user' },
  { fate: 'fails', class: 'out-of-memory' },
);

export const drawnPlans: fc.Arbitrary<DrawnPlan> = fc
  .record({
    cells: fc.array(drawnCell, { minLength: 1, maxLength: 6 }),
    fates: fc.array(fates, { minLength: 1, maxLength: 6 }),
  })
  .map(drawn => planOf(drawn.cells, drawn.fates));

function planOf(drawn: readonly DrawnCell[], drawnFates: readonly Fate[]): DrawnPlan {
  const cells: PlanCell[] = [];
  const cancelled = new Set<CellKey>();
  for (const [index, each] of drawn.entries()) {
    const cell = planCell(each, index, cells);
    // Cells of one recipe are one piece of work: none is ruled out, blocked or called off where another is not.
    const twin = cells.find(({ key }) => key === cell.key);
    cells.push(twin === undefined ? cell : { ...cell, inputs: twin.inputs, guards: twin.guards, weight: twin.weight });
    if (twin === undefined && each.cancelled) cancelled.add(cell.key);
  }
  return { cells, fates: drawnFates, cancelled };
}

function planCell(drawn: DrawnCell, index: number, before: readonly PlanCell[]): PlanCell {
  const use = drawn.gate ? 'gate' : 'no-op';
  const cell: Omit<PlanCell, 'key'> = {
    index,
    step: `s${index}`,
    at: {},
    use,
    version: 1,
    weight: drawn.heavy ? 'heavy' : 'light',
    with: { place: drawn.place, constant: drawn.constant },
    seeds: {},
    keep: [],
    inputs: index === 0 ? {} : Object.fromEntries(drawn.ports.map((port, at) => [`port${at}`, input(port, before)])),
    files: {},
    guards: guardsOf(drawn, before),
    resources: { cpu: 1, gpu: 0, memory: 1, time: 1 },
  };
  return { ...cell, key: cellKey(recipeOf(cell, stepKinds.get(use)!)) };
}

function input({ of, mayLack }: DrawnCell['ports'][number], before: readonly PlanCell[]): PlanInput {
  const sources = [...new Set(of.map(source => source % before.length))];
  return {
    gathered: true,
    axes: ['i'],
    parts: sources.map((source, at) => {
      const { key, use } = before[source]!;
      return { cell: source, key, output: use === 'gate' ? 'verdict' : 'out', at: [at] };
    }),
    quorum: Math.max(0, sources.length - mayLack),
  };
}

function guardsOf({ guard }: DrawnCell, before: readonly PlanCell[]): PlanGuard[] {
  const gates = before.filter(({ use }) => use === 'gate');
  if (guard === null || gates.length === 0) return [];
  const gate = gates[guard.gate % gates.length]!;
  return [{ gate: gate.index, name: gate.step, verdicts: [guard.verdict] }];
}
