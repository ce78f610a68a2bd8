import { expect, test } from 'vitest';
import { CellFailure } from '../../../activities/cell-failure.ts';
import { noOpBody } from '../../../activities/steps/no-op.ts';
import { failureClasses } from '../../../schemas/failure.ts';
import { noOp } from '../../../schemas/steps/no-op.ts';
import { gathered, table } from './given-rows.ts';
import { runBody } from './run-body.ts';

test('without being told anything it writes one row', async () => {
  expect(await (await runBody(noOpBody)).rows('out')).toEqual([{ parts: 0, text: '' }]);
});

test('it writes the bytes it is told to, and counts what came in', async () => {
  const given = gathered(['seed'], { n: 'int32' }, [
    { seed: 1, n: 1 },
    { seed: 2, n: 2 },
    { seed: 3, n: 3 },
  ]);
  expect(await (await runBody(noOpBody, { with: { bytes: 5 }, in: { parts: given } })).rows('out')).toEqual([
    { parts: 3, text: 'xxxxx' },
  ]);
  const [row] = await (await runBody(noOpBody, { in: { parts: table({ n: 'int32' }, [{ n: 1 }]) } })).rows('out');
  expect(row!['parts']).toBe(1);
});

test('a megabyte is a megabyte', async () => {
  const result = await runBody(noOpBody, { with: { bytes: 1_000_000 } });
  expect((await result.rows('out'))[0]!['text']).toHaveLength(1_000_000);
  expect(result.outputs['out']!.bytes).toBeGreaterThan(1_000_000);
});

test.each([true, ...failureClasses])('told to fail (%s), it fails as that', async fail => {
  const failure: unknown = await runBody(noOpBody, { with: { fail } }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(CellFailure);
  expect(failure).toMatchObject({ class: fail === true ? 'user' : fail, message: 'it was asked to fail' });
});

test('it sleeps as long as it is told to', async () => {
  const begun = performance.now();
  await runBody(noOpBody, { with: { sleep: 0.45 } });
  expect(performance.now() - begun).toBeGreaterThan(445);
  expect(performance.now() - begun).toBeLessThan(2000);
});

test('told to stop, it wakes at its next breath and ends as preempted', async () => {
  const stopping = new AbortController();
  const sleeping = runBody(noOpBody, { with: { sleep: 60 }, signal: stopping.signal });
  stopping.abort();
  await expect(sleeping).rejects.toMatchObject({ class: 'preempted', message: 'it was told to stop' });
});

test.each([{ bytes: 2 ** 30 + 1 }, { sleep: -1 }, { fail: 'sometimes' }, { wait: 1 }])(
  'it cannot be told %o',
  given => {
    expect(noOp.with.safeParse(given).success).toBe(false);
  },
);
