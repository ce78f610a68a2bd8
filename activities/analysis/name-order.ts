/** The order in which units are listed: that of their names, numbers by their size. */
import { compareText } from '../../stats/grouped-values.ts';

/** Names that are numbers first, by size (`2` before `10`), then the others by code unit. */
export function compareNames(a: string, b: string): number {
  const [first, second] = [numberIn(a), numberIn(b)];
  if (first !== undefined && second !== undefined) return first - second || compareText(a, b);
  if (first === undefined && second === undefined) return compareText(a, b);
  return first === undefined ? 1 : -1;
}

/** Lists of names, by the first that differs. */
export function compareNameLists(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compareNames(a[index] ?? '', b[index] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function numberIn(name: string): number | undefined {
  const number = Number(name);
  return name.trim() === '' || !Number.isFinite(number) ? undefined : number;
}
