import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { dataFolder } from '../../../../worker/entry-points.ts';
import { isOlder, parseServerVersion, pinnedVersion } from '../../../../worker/setup/temporal/server-version.ts';

test.each([
  ['temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)', { cli: '1.8.2', server: '1.31.2' }],
  ['temporal version 0.11.0 (server 1.22.4) (ui 2.21.3)', { cli: '0.11.0', server: '1.22.4' }],
  ['warning: something\ntemporal version 0.0.0-DEV (Server 1.31.2, UI 2.50.1)', { cli: '0.0.0-DEV', server: '1.31.2' }],
  ['temporal 3.2 - a calendar for the terminal', undefined],
  ['', undefined],
])('%j names %j', (text, version) => {
  expect(parseServerVersion(text)).toEqual(version);
});

test.each([
  ['1.28.9', '1.29.0', true],
  ['1.29.0', '1.29.0', false],
  ['1.9.0', '1.29.0', true],
  ['2.0.0', '1.29.0', false],
  ['1.29', '1.29.1', true],
])('that %s is older than %s is %j', (a, b, older) => {
  expect(isOlder(a, b)).toBe(older);
});

test('what is built is what is pinned', () => {
  const module = readFileSync(path.join(dataFolder('go-build'), 'go.mod'), 'utf8');
  expect(module.includes(`\tgithub.com/temporalio/cli v${pinnedVersion.cli} `)).toBe(true);
  expect(module.includes(`\tgo.temporal.io/server v${pinnedVersion.server} `)).toBe(true);
});
