/** Group commit. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sharedRounds } from '../../../store/folder/shared-rounds.ts';

test('every caller gets a round that began after its call, and those who wait share one', async () => {
  let value = 0;
  const seen: number[] = [];
  const rounds = sharedRounds(async () => {
    const now = value;
    await wait(5);
    seen.push(now);
  });
  const lanes = Array.from({ length: 20 }, async (_, lane) => {
    await wait(lane % 7);
    value += 1;
    const mine = value;
    await rounds.join();
    expect(Math.max(...seen)).toBeGreaterThanOrEqual(mine);
  });
  await Promise.all(lanes);
  expect(seen.length).toBeLessThan(8);
});

test('a failed round fails those who shared it and no others', async () => {
  let rounds = 0;
  let idle = 0;
  const shared = sharedRounds(
    async () => {
      rounds += 1;
      if (rounds === 1) throw new Error('first');
    },
    () => {
      idle += 1;
    },
  );
  const first = shared.join();
  const second = shared.join();
  const third = shared.join();
  await expect(first).rejects.toThrow('first');
  await expect(Promise.all([second, third])).resolves.toBeDefined();
  await shared.join();
  expect([rounds, idle]).toEqual([3, 2]);
});
