/** Rotary position embedding (Su et al. 2021) in the half-split form of Hugging Face's Llama. */
import type { Tensor, TensorFlow } from '../backend/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';

export interface RotaryShape {
  readonly positions: number;
  /** Even. */
  readonly headSize: number;
  readonly theta: number;
  /** One number per head, by which the turned head is multiplied. */
  readonly factors: readonly number[];
}

/** Cosines and sines [1, heads, positions, headSize], and the quarter turn [headSize, headSize] of a head's halves. */
export interface RotaryTable {
  readonly cosine: Tensor;
  readonly sine: Tensor;
  readonly quarterTurn: Tensor;
}

export function rotaryTable(tf: TensorFlow, shape: RotaryShape): RotaryTable {
  const { positions, headSize, factors } = shape;
  const { cosine, sine } = anglesOf(shape);
  const size: [number, number, number, number] = [1, factors.length, positions, headSize];
  const half = headSize / 2;
  // (a, b) · turn = (−b, a): as a product it is faster than taking halves and joining them.
  const turn = Float32Array.from({ length: headSize * headSize }, (_, at) => {
    const [row, column] = [Math.floor(at / headSize), at % headSize];
    return Math.abs(row - column) === half ? Math.sign(column - row) : 0;
  });
  return {
    cosine: tf.tensor4d(cosine, size),
    sine: tf.tensor4d(sine, size),
    quarterTurn: tf.tensor2d(turn, [headSize, headSize]),
  };
}

/** x [batch, heads, positions, headSize], turned and scaled; its gradient is turned back. */
export function rotate(tf: TensorFlow, x: Tensor, { cosine, sine, quarterTurn }: RotaryTable): Tensor {
  const turned = (vectors: Tensor, turn: Tensor) =>
    tf.matMul(vectors.reshape([-1, x.shape.at(-1) ?? 0]), turn).reshape(x.shape);
  return withGradient(tf, {
    inputs: [x],
    saves: ['cosine', 'sine', 'quarterTurn'],
    forward: () => ({
      value: x.mul(cosine).add(turned(x, quarterTurn).mul(sine)),
      saved: { cosine, sine, quarterTurn },
    }),
    // A turn is orthogonal: its transpose is the turn by the opposite angle.
    backward: (gradient, saved) => [
      gradient.mul(saved.cosine).sub(turned(gradient, saved.quarterTurn).mul(saved.sine)),
    ],
  });
}

interface Angles {
  readonly cosine: Float32Array;
  readonly sine: Float32Array;
}

/** Shapes recur, and where nothing is traced every step asks again: the last few are kept. */
const computed = new Map<string, Angles>();
const keptShapes = 16;

/** Element i and element i + headSize/2 of a head are turned by position · theta^(−2i/headSize). */
function anglesOf(shape: RotaryShape): Angles {
  const key = JSON.stringify(shape);
  const known = computed.get(key);
  if (known !== undefined) return known;
  const { positions, headSize, theta, factors } = shape;
  const angle = (at: number) => {
    const [position, element] = [Math.floor(at / headSize) % positions, at % (headSize / 2)];
    return position * theta ** ((-2 * element) / headSize);
  };
  const length = factors.length * positions * headSize;
  const fill = (wave: (angle: number) => number) =>
    Float32Array.from({ length }, (_, at) => (factors[Math.floor(at / (positions * headSize))] ?? 0) * wave(angle(at)));
  const angles = { cosine: fill(Math.cos), sine: fill(Math.sin) };
  for (const oldest of computed.keys()) if (computed.size >= keptShapes) computed.delete(oldest);
  computed.set(key, angles);
  return angles;
}
