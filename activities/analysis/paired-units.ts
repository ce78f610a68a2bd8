/** Two numbers per unit, joined by the unit's name. */
import { CellFailure } from '../cell-failure.ts';
import { counted, listed } from './counted.ts';
import type { UnitMean } from './unit-means.ts';

export interface PairedUnit {
  readonly unit: string;
  readonly x: UnitMean;
  readonly y: UnitMean;
}

export interface PairedUnits {
  readonly pairs: readonly PairedUnit[];
  /** Units that only the one side has. */
  readonly onlyX: readonly string[];
  readonly onlyY: readonly string[];
}

/** Joins unit means, each named by one name. With `refuse`, units without a partner are a `CellFailure` that names them. */
export function pairUnits(
  x: readonly UnitMean[],
  y: readonly UnitMean[],
  unmatched: 'refuse' | 'leave-out',
): PairedUnits {
  const partners = new Map(y.map(each => [nameOf(each), each]));
  const known = new Set(x.map(nameOf));
  const pairs = x.flatMap((each): PairedUnit[] => {
    const partner = partners.get(nameOf(each));
    return partner === undefined ? [] : [{ unit: nameOf(each), x: each, y: partner }];
  });
  const onlyX = x.map(nameOf).filter(name => !partners.has(name));
  const onlyY = y.map(nameOf).filter(name => !known.has(name));
  if (pairs.length === 0) {
    throw new CellFailure(
      'user',
      `no unit is in both tables: \`x\` has ${describe(x)}, \`y\` has ${describe(y)}; check \`by\`, \`x_unit\` and both \`where\``,
    );
  }
  if (unmatched === 'refuse' && onlyX.length + onlyY.length > 0) {
    const sides = [
      ...(onlyX.length > 0 ? [`\`y\` lacks ${listed(onlyX)}`] : []),
      ...(onlyY.length > 0 ? [`\`x\` lacks ${listed(onlyY)}`] : []),
    ];
    throw new CellFailure(
      'user',
      `${sides.join(' and ')}, of ${counted(known.size + onlyY.length, 'unit')} in all: take them out of the other side by its \`where\`, or write \`unmatched: leave-out\``,
    );
  }
  return { pairs, onlyX, onlyY };
}

function nameOf({ names }: UnitMean): string {
  return names[0] ?? '';
}

function describe(units: readonly UnitMean[]): string {
  return units.length === 0 ? 'none' : listed(units.map(nameOf));
}
