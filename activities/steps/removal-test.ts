/** `removal-test`: see schemas/steps/removal-test. */
import type { Metric } from '../../schemas/metric.ts';
import { removalTest } from '../../schemas/steps/removal-test.ts';
import type { Row } from '../../schemas/table-schema.ts';
import { groupBy } from '../../stats/grouped-values.ts';
import { meanInterval } from '../../stats/interval.ts';
import { canEverReject } from '../../stats/power.ts';
import { type RemovalArm, type RemovalTest, removalTest as compareRemovals } from '../../stats/removal-test.ts';
import { counted, listed } from '../analysis/counted.ts';
import { endsOf, estimate, finiteOrNull } from '../analysis/estimate.ts';
import { type ScoredRows, readScores } from '../analysis/scored-rows.ts';
import { significance } from '../analysis/significance.ts';
import { type UnitMean, unitMeans } from '../analysis/unit-means.ts';
import { CellFailure } from '../cell-failure.ts';
import { type CellContext, stepBody } from '../step-body.ts';

type Removal = CellContext<typeof removalTest>;

export const removalTestBody = stepBody(removalTest, async cell => {
  const scores = await readUnits(cell);
  const units = unitMeans(scores.rows, 2);
  const arms = armsOf(cell, units);
  const test = compareRemovals({
    noOp: arms.baseline.values,
    random: arms.random.values,
    arms: arms.all.map(({ values }) => values),
  });
  const results = arms.all.flatMap((arm, index): ArmResult[] => {
    const result = test.arms[index];
    return result === undefined ? [] : [{ ...arm, ...result }];
  });
  const baseline = results.find(({ name }) => name === cell.with.baseline)?.mean ?? Number.NaN;
  const { arms: armsPort, units: unitsPort } = removalTest.out;
  return {
    outputs: {
      arms: await cell.writeTable(
        armsPort.columns,
        results.map(result => armRow(cell, result, test)),
      ),
      units: await cell.writeTable(
        unitsPort.columns,
        units.map(unit => unitRow(unit, baseline)),
      ),
    },
    metrics: {
      smallest_p: smallestP(test),
      baseline: armMetric(results, cell.with.baseline, arm => ({
        value: arm.mean,
        interval: meanInterval(arm.values),
      })),
      random_shift: armMetric(results, cell.with.random, arm => ({ value: arm.shift, interval: arm.interval })),
    },
    notes: { rows: scores.rows.length, rows_without_value: scores.withoutValue, units: units.length },
  };
});

async function readUnits(cell: Removal): Promise<ScoredRows> {
  const { column, arm, draw } = cell.with;
  return readScores(
    { port: 'scores', table: await cell.table('scores') },
    {
      names: [
        { parameter: 'arm', column: arm },
        { parameter: 'draw', column: draw },
      ],
      value: { parameter: 'column', column },
    },
  );
}

interface Arm {
  readonly name: string;
  /** One per replicate. */
  readonly values: readonly number[];
}

interface ArmResult extends Arm, RemovalArm {}

interface Arms {
  /** In the order of their names. */
  readonly all: readonly Arm[];
  readonly baseline: Arm;
  readonly random: Arm;
}

function armsOf({ with: given }: Removal, units: readonly UnitMean[]): Arms {
  const groups = groupBy(units, ({ names }) => names[0] ?? '');
  const all = [...groups].map(([name, members]): Arm => ({ name, values: members.map(({ value }) => value) }));
  const named = (parameter: 'baseline' | 'random'): Arm => {
    const arm = all.find(({ name }) => name === given[parameter]);
    if (arm !== undefined) return arm;
    throw new CellFailure(
      'user',
      `\`${parameter}: ${given[parameter]}\` names no arm with scores; \`${given.arm}\` has ${listed([...groups.keys()]) || 'none'}`,
    );
  };
  return { all, baseline: named('baseline'), random: named('random') };
}

/** The baseline has no shift from itself, and neither it nor the null is tested against the null. */
function armRow(
  { with: { baseline, random, higher_is_better: higherIsBetter } }: Removal,
  arm: ArmResult,
  test: RemovalTest,
): Row {
  const isBaseline = arm.name === baseline;
  const isTested = !isBaseline && arm.name !== random;
  const shifted = Number.isFinite(arm.shift) && arm.shift !== 0;
  return {
    arm: arm.name,
    units: arm.n,
    mean: finiteOrNull(arm.mean),
    sd: finiteOrNull(arm.sd),
    shift: finiteOrNull(arm.shift),
    ...(isBaseline ? { low: null, high: null } : endsOf(arm.interval)),
    shift_sd: isBaseline ? null : finiteOrNull(arm.shiftInNoOpSd),
    z: isTested ? finiteOrNull(arm.z) : null,
    p: isTested ? finiteOrNull(arm.p) : null,
    can_ever_reject: isTested ? canEverReject(test.smallestP, significance) : null,
    improved: !isBaseline && shifted ? arm.shift > 0 === higherIsBetter : null,
  };
}

function unitRow({ names, value, rows }: UnitMean, baseline: number): Row {
  const [arm = '', draw = ''] = names;
  return { arm, draw, value, shift: finiteOrNull(value - baseline), rows };
}

function smallestP({ smallestP: value, draws }: RemovalTest): Metric {
  const reaches = canEverReject(value, significance);
  return estimate({
    value,
    n: draws,
    canEverReject: reaches,
    note: reaches ? undefined : `${counted(draws, 'random removal')}: from 19 on, a p of .05 can be reached`,
    unless: 'no random removals',
  });
}

function armMetric(
  arms: readonly ArmResult[],
  name: string,
  read: (arm: ArmResult) => Pick<Parameters<typeof estimate>[0], 'value' | 'interval'>,
): Metric {
  const arm = arms.find(each => each.name === name);
  if (arm === undefined) throw new Error(`internal: the arm ${name} is gone`);
  return estimate({ ...read(arm), n: arm.n, unless: 'no replicates' });
}
