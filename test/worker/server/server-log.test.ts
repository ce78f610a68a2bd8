import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lastLogLines, rotateLog } from '../../../worker/server/server-log.ts';

let folder: string;
let log: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'espalier-log-'));
  log = path.join(folder, 'server.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = (name: string) => readFileSync(path.join(folder, name), 'utf8');

test('a log below the limit stays as it is', () => {
  writeFileSync(log, '0123456789');
  rotateLog(log, 10);
  expect(text('server.log')).toBe('0123456789');
});

test('a log above the limit is moved aside while its writer goes on, and three old ones are kept', () => {
  const writer = openSync(log, 'a');
  for (const part of ['first', 'second', 'third', 'fourth', 'fifth']) {
    writeSync(writer, `${part}\n`);
    rotateLog(log, 1);
  }
  writeSync(writer, 'now\n');
  closeSync(writer);
  expect(['server.log', 'server.log.1', 'server.log.2', 'server.log.3'].map(text)).toEqual([
    'now\n',
    'fifth\n',
    'fourth\n',
    'third\n',
  ]);
  expect(() => text('server.log.4')).toThrow('ENOENT');
});

test('a log that is not there is no error', () => {
  rotateLog(log);
  expect(lastLogLines(log)).toBe('    (it printed nothing)');
});

test('the last lines are indented, and long ones cut', () => {
  writeFileSync(log, `one\ntwo\n${'x'.repeat(1000)}\n`);
  expect(lastLogLines(log, 2)).toBe(`    two\n    ${'x'.repeat(400)}`);
});
