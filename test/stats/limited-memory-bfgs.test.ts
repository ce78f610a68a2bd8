import { expect, test } from 'vitest';
import { minimize } from '../../stats/limited-memory-bfgs.ts';

test('an ill-conditioned quadratic is solved to the tolerance', () => {
  const scales = Array.from({ length: 30 }, (_, index) => 10 ** (index / 10));
  const found = minimize({
    start: new Float64Array(30).fill(1),
    objective: (point, gradient) => {
      let value = 0;
      scales.forEach((scale, index) => {
        const offset = point[index]! - index;
        gradient[index] = scale * offset;
        value += 0.5 * scale * offset * offset;
      });
      return value;
    },
    gradientTolerance: 1e-8,
  });
  expect(found.converged).toBe(true);
  expect(found.gradientNorm).toBeLessThanOrEqual(1e-8);
  scales.forEach((_, index) => expect(found.point[index]).toBeCloseTo(index, 6));
});

test('the Rosenbrock valley is followed to its end', () => {
  const found = minimize({
    start: Float64Array.of(-1.2, 1),
    objective: (point, gradient) => {
      const [x = Number.NaN, y = Number.NaN] = point;
      gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
      gradient[1] = 200 * (y - x * x);
      return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    },
    gradientTolerance: 1e-9,
  });
  expect(found).toMatchObject({ converged: true });
  expect(found.iterations).toBeLessThan(60);
  expect([...found.point]).toEqual([expect.closeTo(1, 8), expect.closeTo(1, 8)]);
});

test('an objective without a minimum is returned unconverged', () => {
  const found = minimize({
    start: Float64Array.of(0),
    objective: (point, gradient) => {
      gradient[0] = -1;
      return -point[0]!;
    },
    gradientTolerance: 1e-6,
    mostIterations: 20,
  });
  expect(found).toMatchObject({ converged: false, gradientNorm: 1 });
});
