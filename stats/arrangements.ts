/** The orders of n things against which a permutation test compares: all of them where there are few, else random ones. */
import { randomStream } from '../schemas/random.ts';
import { permutationP } from './permutation-p.ts';

/** 8! = 40,320 orders take milliseconds, 9! would be slower than a Monte-Carlo test of the usual size. */
export const mostEnumerated = 8;

export interface Arrangements {
  /** All n! orders, the observed one among them; otherwise random draws without it. */
  readonly enumerated: boolean;
  readonly count: number;
  /** Calls `visit` with each order of 0 … n−1; the array is reused. */
  readonly forEach: (visit: (order: Int32Array) => void) => void;
}

/** All orders of up to 8 things; `draws` random ones of more. */
export function arrangements(options: {
  readonly n: number;
  readonly draws: number;
  readonly seed: number;
}): Arrangements {
  const { n, draws, seed } = options;
  if (n <= mostEnumerated) {
    return { enumerated: true, count: factorial(n), forEach: visit => enumerate(n, visit) };
  }
  const forEach = (visit: (order: Int32Array) => void) => {
    const stream = randomStream(seed, 'arrangements');
    for (let draw = 0; draw < draws; draw++) visit(stream.permutation(n));
  };
  return { enumerated: false, count: draws, forEach };
}

/** p from the number of arrangements that reach the observed statistic: their share, or (b + 1) / (B + 1) of draws. */
export function arrangementP(reaching: number, among: Arrangements): number {
  return among.enumerated ? reaching / among.count : permutationP(reaching, among.count);
}

export function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/** Heap's algorithm (Heap 1963), without recursion. */
function enumerate(n: number, visit: (order: Int32Array) => void): void {
  const order = Int32Array.from({ length: n }, (_, index) => index);
  const turns = new Int32Array(n);
  visit(order);
  for (let index = 1; index < n;) {
    const turn = turns[index] ?? 0;
    if (turn < index) {
      swap(order, index % 2 === 0 ? 0 : turn, index);
      visit(order);
      turns[index] = turn + 1;
      index = 1;
    } else {
      turns[index] = 0;
      index += 1;
    }
  }
}

function swap(order: Int32Array, i: number, j: number): void {
  const held = order[i] ?? 0;
  order[i] = order[j] ?? 0;
  order[j] = held;
}
