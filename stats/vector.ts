/**
 * Arithmetic on vectors of doubles. Reads of typed arrays fall back to NaN here and all over stats/, never to 0: an
 * index out of bounds must poison the result, not pass as a number.
 */

/** Σ aᵢbᵢ. */
export function dot(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) throw new RangeError(`internal: vectors of ${a.length} and ${b.length}`);
  let total = 0;
  for (let index = 0; index < a.length; index++) total += (a[index] ?? Number.NaN) * (b[index] ?? Number.NaN);
  return total;
}

/** target ← target + scale · vector. */
export function addScaled(target: Float64Array, scale: number, vector: Float64Array): void {
  if (target.length !== vector.length) throw new RangeError(`internal: vectors of ${target.length}, ${vector.length}`);
  for (let index = 0; index < target.length; index++) {
    target[index] = (target[index] ?? Number.NaN) + scale * (vector[index] ?? Number.NaN);
  }
}

/** Euclidean norm. */
export function norm(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}

/** max |vᵢ|; 0 of an empty vector, NaN if any element is. */
export function largestMagnitude(vector: Float64Array): number {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** The vector at length 1; all NaN if its length is 0, because it then has no direction. */
export function unitVector(vector: Float64Array): Float64Array {
  const length = norm(vector);
  return vector.map(value => (length > 0 ? value / length : Number.NaN));
}

/** a·b / ‖a‖‖b‖; NaN where either is 0. */
export function cosine(a: Float64Array, b: Float64Array): number {
  const scale = norm(a) * norm(b);
  return scale > 0 ? dot(a, b) / scale : Number.NaN;
}
