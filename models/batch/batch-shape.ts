/**
 * To which shapes the batches of a run are padded. Every shape is a graph of its own, which costs as much to make as
 * some hundred steps of a small model, so a run uses few.
 */

/** A batch holds [rows, length] tokens, of which each row has at most `slots` targets. */
export interface BatchShape {
  readonly length: number;
  readonly slots: number;
}

/** A shape that fewer steps than this would use is padded up to the next one. */
const stepsWorthAGraph = 100;

/** Lengths are multiples of this: it costs a step at most a tenth (measured from 12 to 32 tokens), and shapes are few. */
const lengthUnit = 8;

/** The padded shape of every step, from the largest row of each of its batches. */
export function planBatchShapes(batches: readonly BatchShape[]): BatchShape[] {
  const lengths = paddedSizes(
    batches.map(({ length }) => length),
    lengthUnit,
  );
  const shapes = batches.map(({ slots }, step) => ({ length: lengths[step] ?? 0, slots }));
  for (const length of new Set(lengths)) {
    const steps = [...shapes.keys()].filter(step => shapes[step]?.length === length);
    const slots = paddedSizes(
      steps.map(step => shapes[step]?.slots ?? 0),
      1,
    );
    for (const [index, step] of steps.entries()) shapes[step] = { length, slots: slots[index] ?? 0 };
  }
  return shapes;
}

/**
 * The next of 1, 2, 3, 4, 6, 8, 12, 16 …, in units: powers of two and one and a half of them, so that padding adds at
 * most a half.
 */
export function paddedSize(size: number, unit = 1): number {
  const units = Math.max(1, Math.ceil(size / unit));
  const power = 2 ** Math.ceil(Math.log2(units));
  const between = 0.75 * power;
  return unit * (units <= between && Number.isInteger(between) ? between : power);
}

/** Each size padded; padded sizes that are rare become the next larger one in use. */
function paddedSizes(sizes: readonly number[], unit: number): number[] {
  const padded = sizes.map(size => paddedSize(size, unit));
  const used = [...new Set(padded)].sort((a, b) => a - b);
  const counts = new Map(used.map(size => [size, padded.filter(each => each === size).length]));
  const target = new Map<number, number>();
  for (const [index, size] of used.entries()) {
    const larger = used[index + 1];
    const count = counts.get(size) ?? 0;
    const isRare = count < stepsWorthAGraph && larger !== undefined;
    if (isRare) counts.set(larger, (counts.get(larger) ?? 0) + count);
    target.set(size, isRare ? larger : size);
  }
  const settle = (size: number): number => {
    const next = target.get(size) ?? size;
    return next === size ? size : settle(next);
  };
  return padded.map(settle);
}
