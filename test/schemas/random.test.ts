import { expect, test } from 'vitest';
import { randomStream } from '../../schemas/random.ts';

const draws = (n: number, draw: () => number) => Array.from({ length: n }, draw);
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

test('a stream is fixed by seed and purpose', () => {
  const again = randomStream(42, 'order');
  expect(draws(3, again.uniform)).toEqual(draws(3, randomStream(42, 'order').uniform));
  expect(randomStream(42, 'order').uniform()).not.toBe(randomStream(42, 'init').uniform());
  expect(randomStream(42, 'order').uniform()).not.toBe(randomStream(43, 'order').uniform());
});

test('the numbers of a seed never change', () => {
  expect([...randomStream(0, 'pinned').permutation(8)]).toMatchInlineSnapshot(`
    [
      5,
      1,
      3,
      6,
      7,
      4,
      2,
      0,
    ]
  `);
  expect(draws(2, randomStream(7, 'pinned').uniform)).toMatchInlineSnapshot(`
    [
      0.9001870558304932,
      0.8988697062707564,
    ]
  `);
});

test('uniform, integer and normal have their moments', () => {
  const stream = randomStream(1, 'moments');
  const uniforms = draws(20_000, stream.uniform);
  expect(mean(uniforms)).toBeCloseTo(0.5, 2);
  expect(mean(uniforms.map(u => (u - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
  const normals = draws(20_000, stream.normal);
  expect(Math.abs(mean(normals))).toBeLessThan(0.03);
  expect(mean(normals.map(z => z * z))).toBeCloseTo(1, 1);
  const counts = Array.from({ length: 5 }, () => 0);
  for (let i = 0; i < 10_000; i++) counts[stream.integer(5)]!++;
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
});

test('a permutation holds every index once and every order is about as likely', () => {
  const stream = randomStream(2, 'orders');
  const seen = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = [...stream.permutation(3)].join('');
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  expect(seen.size).toBe(6);
  for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('a seed that is not a whole number from 0 is refused', () => {
  expect(() => randomStream(-1)).toThrow('whole number');
  expect(() => randomStream(1.5)).toThrow('whole number');
});
