import { expect, test } from 'vitest';
import { buildProgress } from '../../../../worker/setup/temporal/build-progress.ts';

test('lines of go build are counted, and told at most every ten seconds', () => {
  const said: string[] = [];
  let now = 0;
  const hear = buildProgress(
    text => said.push(text),
    () => now,
  );
  for (let second = 0; second < 26; second += 1) {
    now = second * 1_000;
    hear(second < 15 ? `go: downloading example.org/module v1.0.${second}` : `example.org/module/package-${second}`);
  }
  now = 125_000;
  hear('# example.org/module/broken');
  expect(said).toEqual([
    'downloading: 11 modules after 10 s',
    'compiling: 6 of at most 1717 packages after 20 s',
    'compiling: 11 of at most 1717 packages after 2 min 5 s',
  ]);
});
