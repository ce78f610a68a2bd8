/** `rank-association`: see schemas/steps/rank-association. */
import type { Metric } from '../../schemas/metric.ts';
import { rankAssociation } from '../../schemas/steps/rank-association.ts';
import type { CorrelationMethod } from '../../stats/correlation.ts';
import { type CorrelationTest, correlationTest } from '../../stats/correlation-test.ts';
import { canEverReject, criticalCorrelation } from '../../stats/power.ts';
import { counted, listed } from '../analysis/counted.ts';
import { endsOf, estimate, finiteOrNull } from '../analysis/estimate.ts';
import { type PairedUnits, pairUnits } from '../analysis/paired-units.ts';
import { type ScoredRows, readScores } from '../analysis/scored-rows.ts';
import { unitMeans } from '../analysis/unit-means.ts';
import { type CellContext, stepBody } from '../step-body.ts';

type Association = CellContext<typeof rankAssociation>;

export const rankAssociationBody = stepBody(rankAssociation, async cell => {
  const x = await readSide(cell, 'x');
  const y = await readSide(cell, 'y');
  const paired = pairUnits(unitMeans(x.rows, 1), unitMeans(y.rows, 1), cell.with.unmatched);
  const { pairs } = paired;
  const spearman = testPairs(cell, paired, 'spearman');
  const pearson = testPairs(cell, paired, 'pearson');
  const points = pairs.map(({ unit, ...pair }) => ({
    unit,
    x: pair.x.value,
    y: pair.y.value,
    x_rows: pair.x.rows,
    y_rows: pair.y.rows,
  }));
  const { association, points: pointsPort } = rankAssociation.out;
  return {
    outputs: {
      association: await cell.writeTable(association.columns, [spearman, pearson].map(asRow)),
      points: await cell.writeTable(pointsPort.columns, points),
    },
    metrics: { rho: asMetric(spearman, paired), r: asMetric(pearson, paired) },
    notes: {
      units: pairs.length,
      x_rows: x.rows.length,
      y_rows: y.rows.length,
      rows_without_value: x.withoutValue + y.withoutValue,
      units_only_in_x: paired.onlyX,
      units_only_in_y: paired.onlyY,
    },
  };
});

async function readSide(cell: Association, port: 'x' | 'y'): Promise<ScoredRows> {
  const { by, x_unit: unitOfX, [port]: side } = cell.with;
  const named = port === 'x' && unitOfX !== undefined;
  return readScores(
    { port, table: await cell.table(port) },
    {
      names: [named ? { parameter: 'x_unit', column: unitOfX } : { parameter: 'by', column: by }],
      value: { parameter: `${port}.column`, column: side.column },
      where: side.where,
    },
  );
}

interface TestedPairs extends CorrelationTest {
  /** The |estimate| that a t test needs. */
  readonly critical: number;
  readonly canEverReject: boolean;
}

function testPairs(cell: Association, { pairs }: PairedUnits, method: CorrelationMethod): TestedPairs {
  const { permutations, alpha, tests } = cell.with;
  const test = correlationTest({
    method,
    x: pairs.map(({ x }) => x.value),
    y: pairs.map(({ y }) => y.value),
    draws: permutations,
    seed: cell.seeds.permutation,
  });
  return {
    ...test,
    critical: criticalCorrelation(test.n, alpha / tests),
    canEverReject: canEverReject(test.smallestP, alpha, tests),
  };
}

function asRow(test: TestedPairs) {
  return {
    method: test.method,
    estimate: finiteOrNull(test.estimate),
    p: finiteOrNull(test.p),
    ...endsOf(test.interval),
    units: test.n,
    smallest_p: finiteOrNull(test.smallestP),
    can_ever_reject: test.canEverReject,
    p_greater: finiteOrNull(test.pGreater),
    parametric_p: finiteOrNull(test.parametricP),
    enumerated: test.enumerated,
    critical: finiteOrNull(test.critical),
  };
}

function asMetric(test: TestedPairs, { onlyX, onlyY }: PairedUnits): Metric {
  const left = [...onlyX, ...onlyY];
  const absent = left.length === 0 ? undefined : `without ${listed(left)}, of which one side knows nothing`;
  const powerless = test.canEverReject
    ? undefined
    : `${counted(test.n, 'unit')} cannot give a p below ${smallest(test)}`;
  return estimate({
    value: test.estimate,
    n: test.n,
    interval: test.interval,
    p: test.p,
    canEverReject: test.canEverReject,
    note: [absent, powerless].filter(part => part !== undefined).join('; ') || undefined,
    unless: test.n < 2 ? 'one unit has no correlation' : 'one side is the same for all units',
  });
}

function smallest({ smallestP }: CorrelationTest): string {
  return Number.isNaN(smallestP) ? '1' : smallestP.toPrecision(2);
}
