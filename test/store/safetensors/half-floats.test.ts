/** Half-precision numbers, over all of their patterns. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { narrowBF16, narrowF16, widenBF16, widenF16 } from '../../../store/safetensors/half-floats.ts';

const patterns = Uint16Array.from({ length: 65_536 }, (_, pattern) => pattern);

/** The number of a pattern by the definition of its format. */
function definition(pattern: number, exponentBits: number, fractionBits: number): number {
  const sign = pattern >> 15 ? -1 : 1;
  const exponent = (pattern >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (pattern & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

describe.each([
  { name: 'F16', widen: widenF16, narrow: narrowF16, exponentBits: 5, fractionBits: 10 },
  { name: 'BF16', widen: widenBF16, narrow: narrowBF16, exponentBits: 8, fractionBits: 7 },
])('$name', ({ widen, narrow, exponentBits, fractionBits }) => {
  const infinity = (2 ** exponentBits - 1) << fractionBits;
  const widened = widen(patterns);

  test('every pattern is widened to the number it stands for', () => {
    const wrong = [...patterns].filter(
      pattern => !Object.is(widened[pattern], definition(pattern, exponentBits, fractionBits)),
    );
    expect(wrong).toEqual([]);
  });

  test('every pattern, NaNs with all their payloads among them, comes back from float32', () => {
    expect(narrow(widened)).toEqual(patterns);
  });

  test('what lies between two neighbours goes to the nearer one, and from the middle to the even one', () => {
    const wrong: number[] = [];
    for (let low = 0; low < infinity; low += 1) {
      // In float32's own bits the middle of two neighbours is exact; the neighbour of the largest is 2^(bias+1).
      const above = low + 1 === infinity ? 2 ** (2 ** (exponentBits - 1)) : widened[low + 1]!;
      const middle = new Float32Array([(widened[low]! + above) / 2]);
      const at = new Int32Array(middle.buffer)[0]!;
      expect(middle[0]).toBe((widened[low]! + above) / 2);
      const near = new Float32Array(new Int32Array([at - 1, at, at + 1]).buffer);
      const even = low % 2 === 0 ? low : low + 1;
      const expected = [low, even, low + 1];
      const negative = narrow(near.map(value => -value));
      if (narrow(near).join() !== expected.join()) wrong.push(low);
      if (negative.join() !== expected.map(pattern => pattern | 0x8000).join()) wrong.push(-low);
    }
    expect(wrong).toEqual([]);
  });
});

test.each([
  // Rounded by NumPy 2.4 (float32 → float16) over a raster of float32 patterns; NaNs counted as one.
  [0, 65_537, 65_536, '1873a6f5b912bff7c2130624d39088734d8e5d5f9832e195a6835f13a98bb8a0'],
  [0x33000000 - 1000, 4099, 83_907, '7e351abf10bd3bc3b6a7424f2fc4501e0197da08da860cfd35c33def2e1d48c0'],
])(
  'float32 patterns from %i in steps of %i, %i of them, are rounded to F16 as by a reference',
  (first, step, length, digest) => {
    const numbers = new Float32Array(Int32Array.from({ length }, (_, index) => first + index * step).buffer);
    const halves = narrowF16(numbers).map(half => ((half & 0x7fff) > 0x7c00 ? 0x7e00 : half));
    expect(createHash('sha256').update(new Uint8Array(halves.buffer)).digest('hex')).toBe(digest);
  },
);
