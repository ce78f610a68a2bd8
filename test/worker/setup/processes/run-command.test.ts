import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { afterEach, expect, test, vi } from 'vitest';
import type { ProcessMark } from '../../../../schemas/process-mark.ts';
import { processState } from '../../../../store/process-life.ts';
import { describeResult, runCommand, succeeded } from '../../../../worker/setup/processes/run-command.ts';
import { cleanUp, temporaryFolder } from '../rig.ts';

afterEach(cleanUp);

const sh = (script: string) => ({ command: '/bin/sh', args: ['-c', script] });

test('lines of both streams are heard, kept and logged, with command and end', async () => {
  const log = path.join(temporaryFolder(), 'log');
  const heard: string[] = [];
  const result = await runCommand({ ...sh('echo out; echo err >&2; exit 3'), log, onLine: line => heard.push(line) });
  expect(result).toMatchObject({ state: 'ended', code: 3 });
  expect([...result.lines].sort()).toEqual(['err', 'out']);
  expect([...heard].sort()).toEqual(['err', 'out']);
  expect(readFileSync(log, 'utf8')).toMatch(/^\$ \/bin\/sh -c echo out.*\n(out\nerr|err\nout)\n# exit 3\n$/);
  expect(succeeded(result)).toBe(false);
});

test('only the last 200 lines are kept', async () => {
  const { lines } = await runCommand(sh('i=0; while [ $i -lt 300 ]; do echo $i; i=$((i+1)); done'));
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([200, '100', '299']);
});

test.each([undefined, { ANY: 'value' }])(
  'a command that is not there is a result, environment %j',
  async environment => {
    const command = { command: 'espalier-no-such-command', args: [], ...(environment && { environment }) };
    expect(describeResult(await runCommand(command))).toBe('not there');
  },
);

test('variables are added to the environment and taken out of it', async () => {
  vi.stubEnv('ESPALIER_TEST_OUT', 'unwanted');
  const environment = { ESPALIER_TEST_IN: 'a b', ESPALIER_TEST_OUT: undefined };
  const { lines } = await runCommand({ ...sh('echo "$ESPALIER_TEST_IN,$ESPALIER_TEST_OUT,$HOME"'), environment });
  expect(lines).toEqual([`a b,,${process.env['HOME']}`]);
});

test('a command that takes too long is ended with all of its group', async () => {
  const pids: string[] = [];
  const command = sh('sleep 60 & echo $!; trap "" TERM; while :; do sleep 1; done');
  const result = await runCommand({ ...command, timeLimitSeconds: 0.3, onLine: line => pids.push(line) });
  expect(describeResult(result)).toBe('not done after 0.3 s');
  expect(() => process.kill(Number(pids[0]), 0)).toThrow('ESRCH');
});

test('a command called off ends first, and then the reason is thrown', async () => {
  const callOff = new AbortController();
  let started: ProcessMark | undefined;
  const log = path.join(temporaryFolder(), 'log');
  const running = runCommand({
    ...sh('echo ready; sleep 60'),
    log,
    signal: callOff.signal,
    onStart: identity => (started = identity),
    onLine: () => callOff.abort(new Error('called off')),
  });
  await expect(running).rejects.toThrow('called off');
  expect(readFileSync(log, 'utf8')).toMatch(/\nready\n# called off\n$/);
  expect(processState(started!)).toBe('dead');
});

test('a signal that aborted before starts nothing', async () => {
  const onStart = vi.fn();
  const signal = AbortSignal.abort(new Error('too late'));
  await expect(runCommand({ ...sh('true'), signal, onStart })).rejects.toThrow('too late');
  expect(onStart).not.toHaveBeenCalled();
});

test('a command killed from outside says by what', async () => {
  expect(describeResult(await runCommand(sh('kill -9 $$')))).toBe('killed by SIGKILL');
});
