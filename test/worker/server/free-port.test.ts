import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { choosePort, isFree } from '../../../worker/server/free-port.ts';

test('a home gets the same port each time, below the range of outgoing connections', async () => {
  const port = await choosePort('/data/study');
  expect(await choosePort('/data/study')).toBe(port);
  expect(port).toBeGreaterThanOrEqual(20_000);
  expect(port).toBeLessThan(32_000);
});

test('a port that is taken is passed over', async () => {
  const port = await choosePort('/data/another-study');
  const server = createServer();
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  expect(await isFree(port)).toBe(false);
  expect(await choosePort('/data/another-study')).not.toBe(port);
  await new Promise(resolve => server.close(resolve));
  expect(await isFree(port)).toBe(true);
});
