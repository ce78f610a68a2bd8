/** Where and with what the cells of a run were computed, and whether that differs among them. */
import type { CellRecord, Environment } from '../../schemas/cell-record.ts';
import { groupBy } from '../../stats/grouped-values.ts';
import type { EnvironmentTally } from './page-model.ts';

/** One for each environment, the one with most cells first. */
export function environmentTallies(records: readonly CellRecord[]): EnvironmentTally[] {
  const groups = groupBy(records, ({ environment }) => JSON.stringify(withoutCells(environment)));
  const tallies = [...groups.values()].flatMap((members): EnvironmentTally[] => {
    const [first] = members;
    return first === undefined ? [] : [{ ...withoutCells(first.environment), cells: members.length }];
  });
  return tallies.sort((a, b) => b.cells - a.cells);
}

function withoutCells({ host, platform, node, espalier, backend }: Environment): Omit<EnvironmentTally, 'cells'> {
  const words = backend === undefined ? {} : { backend: `${backend.name}, ${backend.library}, ${backend.mode}` };
  return { host, platform, node, espalier, ...words };
}

/** What to mind when numbers are compared across cells, in sentences; nothing where all ran alike. */
export function environmentWarnings(tallies: readonly EnvironmentTally[]): string[] {
  const computed = tallies.filter(({ backend }) => backend !== undefined);
  const backends = [...groupBy(computed, ({ backend = '' }) => backend)];
  const versions = [...groupBy(tallies, ({ espalier }) => espalier)];
  return [
    ...(backends.length > 1
      ? [
          `Cells were computed on ${backends.length} numerical backends (${countedList(backends)}): their results agree to rounding, not to the bit.`,
        ]
      : []),
    ...(versions.length > 1
      ? [`Cells were made by ${versions.length} versions of Espalier (${countedList(versions)}).`]
      : []),
  ];
}

function countedList(groups: readonly (readonly [string, readonly EnvironmentTally[]])[]): string {
  return groups
    .map(([name, members]) => {
      const cells = members.reduce((sum, tally) => sum + tally.cells, 0);
      return `${name}: ${cells} ${cells === 1 ? 'cell' : 'cells'}`;
    })
    .join('; ');
}
