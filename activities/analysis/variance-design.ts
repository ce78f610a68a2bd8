/** Scores of a design with conditions, pipelines nested in them and replicates nested in those. */
import { groupBy, type GroupedRow } from '../../stats/grouped-values.ts';
import type { ScoredRow } from './scored-rows.ts';
import { type UnitMean, unitMeans } from './unit-means.ts';

export interface VarianceDesign {
  /** One value per replicate; `inner` is its pipeline, or the replicate itself where no axis names pipelines. */
  readonly replicates: readonly DesignValue[];
  /** The independent units: means of pipelines over their replicates, or the replicates. */
  readonly units: readonly DesignValue[];
  readonly hasPipelines: boolean;
  /** Some pipeline has more than one replicate. */
  readonly isNested: boolean;
  /** Every condition has the same pipelines, two conditions and two pipelines at least. */
  readonly isCrossed: boolean;
}

export interface DesignValue {
  readonly condition: string;
  readonly inner: string;
  readonly value: number;
  /** Rows of the table behind it. */
  readonly rows: number;
}

/** @param rows their names are the condition, then the pipeline and the replicate as far as there are axes of them */
export function varianceDesign(
  rows: readonly ScoredRow[],
  axes: { readonly pipeline: boolean; readonly replicate: boolean },
): VarianceDesign {
  const depth = 1 + Number(axes.pipeline) + Number(axes.replicate);
  const measured = axes.replicate ? unitMeans(rows, depth) : rows.map((row): UnitMean => ({ ...row, rows: 1 }));
  const replicates = measured.map(asValue);
  const units = axes.pipeline ? meansOfPipelines(measured) : replicates;
  return {
    replicates,
    units,
    hasPipelines: axes.pipeline,
    isNested: axes.pipeline && replicates.length > units.length,
    isCrossed: axes.pipeline && areCrossed(units),
  };
}

/** The rows as the statistics want them: condition and value. */
export function byCondition(values: readonly DesignValue[]): GroupedRow[] {
  return values.map(({ condition, value }) => ({ group: condition, value }));
}

/** Each pipeline counts once, and each of its replicates the same, however many rows they have. */
function meansOfPipelines(replicates: readonly UnitMean[]): DesignValue[] {
  const rowsOf = new Map(
    [...groupBy(replicates, ({ names }) => JSON.stringify(names.slice(0, 2)))].map(([name, members]) => [
      name,
      members.reduce((total, { rows }) => total + rows, 0),
    ]),
  );
  return unitMeans(replicates, 2).map(unit => ({
    ...asValue(unit),
    rows: rowsOf.get(JSON.stringify(unit.names)) ?? 0,
  }));
}

function asValue({ names, value, rows }: UnitMean): DesignValue {
  return { condition: names[0] ?? '', inner: names[1] ?? '', value, rows };
}

function areCrossed(units: readonly DesignValue[]): boolean {
  const conditions = new Set(units.map(({ condition }) => condition)).size;
  const pipelines = new Set(units.map(({ inner }) => inner)).size;
  return conditions > 1 && pipelines > 1 && units.length === conditions * pipelines;
}
