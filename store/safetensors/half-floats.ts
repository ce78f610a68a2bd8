/**
 * Half-precision numbers: IEEE 754 binary16 (F16) and bfloat16 (BF16, the upper half of a binary32), each to and from
 * binary32. Narrowing rounds to nearest, ties to even; NaNs keep what fits of their payload and stay NaNs. All of it
 * works on bits, since a NaN may lose its payload on the way through a JavaScript number.
 */

/** F16 patterns as numbers. */
export function widenF16(halves: Uint16Array): Float32Array {
  return widen(halves, half => {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
    if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
    if (fraction === 0) return sign;
    // Subnormal: fraction · 2⁻²⁴ is normal in binary32.
    const shift = Math.clz32(fraction) - 21;
    return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
  });
}

/** BF16 patterns as numbers. */
export function widenBF16(halves: Uint16Array): Float32Array {
  return widen(halves, half => half << 16);
}

/** Numbers as the nearest F16 patterns; what lies beyond 65,504 by half a step or more becomes infinite. */
export function narrowF16(numbers: Float32Array): Uint16Array {
  return narrow(numbers, bits => {
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) return sign | 0x7c00 | ((magnitude >>> 13) & 0x3ff || 1);
    // At or above 65,520 the nearest is infinity.
    if (magnitude >= 0x477ff000) return sign | 0x7c00;
    if (magnitude >= 0x38800000) return sign | ((roundedAt(magnitude, 13) - 0x38000000) >>> 13);
    // Subnormal in F16, in steps of 2⁻²⁴; up to half of the least step it is zero.
    const exponent = magnitude >>> 23;
    if (exponent < 102) return sign;
    const shift = 126 - exponent;
    return sign | (roundedAt((magnitude & 0x7fffff) | 0x800000, shift) >>> shift);
  });
}

/** Numbers as the nearest BF16 patterns. */
export function narrowBF16(numbers: Float32Array): Uint16Array {
  return narrow(numbers, bits => {
    if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | ((bits >>> 16) & 0x7f ? 0 : 1);
    return roundedAt(bits >>> 0, 16) >>> 16;
  });
}

/** Raises a magnitude so that cutting off its lowest `places` bits rounds it to nearest, ties to even. */
function roundedAt(magnitude: number, places: number): number {
  const odd = (magnitude >>> places) & 1;
  return magnitude + 2 ** (places - 1) - 1 + odd;
}

function widen(halves: Uint16Array, bitsOf: (half: number) => number): Float32Array {
  const numbers = new Float32Array(halves.length);
  const bits = new Int32Array(numbers.buffer);
  for (let index = 0; index < halves.length; index += 1) bits[index] = bitsOf(halves[index] ?? 0);
  return numbers;
}

function narrow(numbers: Float32Array, halfOf: (bits: number) => number): Uint16Array {
  const bits = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const halves = new Uint16Array(numbers.length);
  for (let index = 0; index < halves.length; index += 1) halves[index] = halfOf(bits[index] ?? 0);
  return halves;
}
