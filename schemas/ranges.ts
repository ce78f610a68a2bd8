/** Sets of whole numbers as ranges: how an event log names ten thousand cells in a line. */

/** Inclusive ranges that cover exactly the given numbers. */
export function rangesOf(numbers: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && number <= last[1] + 1) last[1] = Math.max(last[1], number);
    else ranges.push([number, number]);
  }
  return ranges;
}

/** The numbers that ranges cover. */
export function* numbersIn(ranges: readonly (readonly [number, number])[]): Generator<number> {
  for (const [first, last] of ranges) for (let number = first; number <= last; number++) yield number;
}
