/**
 * Random numbers by named seed. A stream is fixed by its seed and its purpose, so that what one part of a step draws
 * never shifts what another part draws, on any machine and after any restart.
 */
import { createHash } from 'node:crypto';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Raise when the numbers drawn for a seed change: results made before cannot be made again. */
const streamTag = 'espalier/random/1';

export interface RandomStream {
  /** Uniform in [0, 1), 53 bits. */
  readonly uniform: () => number;
  /** Uniform integer in [0, n), 0 < n ≤ 2³² (bias below n·2⁻⁵³). */
  readonly integer: (n: number) => number;
  /** True with probability p. */
  readonly bernoulli: (p: number) => boolean;
  /** Standard normal (Box–Muller). */
  readonly normal: () => number;
  /** One of the items. */
  readonly choose: <Item>(items: readonly Item[]) => Item;
  /** 0 … n−1 in random order (Fisher–Yates). */
  readonly permutation: (n: number) => Int32Array;
}

/** The stream of `seed` for a purpose: `randomStream(42, 'order')`, `randomStream(42, 'init', 'layer 0')`. */
export function randomStream(seed: number, ...purpose: readonly string[]): RandomStream {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`a seed is a whole number from 0, not ${seed}`);
  const hash = createHash('sha256')
    .update(JSON.stringify([streamTag, seed, ...purpose]))
    .digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map(offset => hash.readInt32LE(offset)));
  let spare: number | undefined;

  // The low bits of xoroshiro128+ are its weak ones, so every draw is made of high bits.
  const uniform = () => {
    const high = generator.next() >>> 5;
    const low = generator.next() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  };
  const integer = (n: number) => {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new RangeError(`internal: no integer below ${n}`);
    return Math.floor(uniform() * n);
  };
  const normal = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const choose = <Item>(items: readonly Item[]): Item => {
    const item = items[integer(items.length)];
    if (item === undefined) throw new RangeError('internal: nothing to choose from');
    return item;
  };
  const permutation = (n: number) => {
    const order = Int32Array.from({ length: n }, (_, index) => index);
    for (let index = n - 1; index > 0; index--) {
      const other = integer(index + 1);
      const held = order[index] ?? 0;
      order[index] = order[other] ?? 0;
      order[other] = held;
    }
    return order;
  };
  return { uniform, integer, bernoulli: p => uniform() < p, normal, choose, permutation };
}
