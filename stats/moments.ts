/** Mean and spread of a sample. NaN stands for "not estimable", here and in every result of stats/. */

/** Sum, by compensated (Neumaier) summation. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  let lost = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? Number.NaN;
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  // With an infinite term the compensation is NaN; the plain total says what is true.
  return Number.isNaN(lost) ? total : total + lost;
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  return values.length > 0 ? sum(values) / values.length : Number.NaN;
}

/** Σ (v − mean)². */
export function sumOfSquares(values: ArrayLike<number>): number {
  const center = mean(values);
  let total = 0;
  for (let index = 0; index < values.length; index++) total += ((values[index] ?? Number.NaN) - center) ** 2;
  return total;
}

/** Sample variance, divisor n − 1; NaN below two values. */
export function variance(values: ArrayLike<number>): number {
  return values.length > 1 ? sumOfSquares(values) / (values.length - 1) : Number.NaN;
}

/** Square root of the sample variance (divisor n − 1). */
export function standardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values));
}
