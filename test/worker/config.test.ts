import { availableParallelism } from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { ConfigError, readConfig, readVariables } from '../../worker/config.ts';

test('without variables a project lives here, on all cores, with a checkpoint every 30 seconds', () => {
  expect(readConfig({}, {})).toMatchObject({
    home: path.resolve('.espalier'),
    slots: availableParallelism(),
    checkpointSeconds: 30,
    backend: undefined,
    color: true,
    temporal: { address: undefined, configFile: undefined, profile: undefined },
  });
});

test('flags come before variables, and an empty variable is none', () => {
  const environment = { ESPALIER_HOME: '/a', ESPALIER_SLOTS: '', ESPALIER_CHECKPOINT_SECONDS: '0.5', NO_COLOR: '1' };
  const read = readConfig({ home: '/b', slots: '3' }, environment);
  expect(read).toMatchObject({ home: path.resolve('/b'), slots: 3, checkpointSeconds: 0.5, color: false });
});

test('the cache lies where the platform keeps caches, unless it is named', () => {
  expect(readConfig({}, { XDG_CACHE_HOME: '/c' }).cache).toBe(path.resolve('/c/espalier'));
  expect(readConfig({}, { XDG_CACHE_HOME: '/c', ESPALIER_CACHE: '/d' }).cache).toBe(path.resolve('/d'));
});

test.each([
  ['ESPALIER_SLOTS', 'two', 'it is a whole number, 1 or more'],
  ['ESPALIER_SLOTS', '0', 'it is a whole number, 1 or more'],
  ['ESPALIER_CHECKPOINT_SECONDS', '-1', 'it is a number of seconds, 0 or more'],
  ['ESPALIER_BACKEND', 'gpu', 'it is `native`, `wasm` or `cpu`'],
])('%s=%s is refused by name, with what is allowed', (name, value, allowed) => {
  const read = () => readConfig({}, { [name]: value });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(`${name} is \`${value}\`: ${allowed}. Correct it or unset it`);
});

test('devices are named by flag or variable, each once', () => {
  expect(readConfig({}, {}).devices).toEqual([]);
  expect(readConfig({}, { ESPALIER_DEVICES: 'gpu=0,1,0' }).devices).toEqual(['0', '1']);
  expect(readConfig({ devices: 'gpu=GPU-5a1b,3' }, { ESPALIER_DEVICES: 'gpu=0' }).devices).toEqual(['GPU-5a1b', '3']);
  for (const wrong of ['0,1', 'gpu=', 'tpu=0', 'gpu=0, 1'])
    expect(() => readConfig({ devices: wrong }, {})).toThrow('it is `gpu=` and ids parted by commas, as in `gpu=0,1`');
});

test('only variables that are named and set are handed on', () => {
  vi.stubEnv('TRAINER_SEES', 'this');
  expect(readVariables(['TRAINER_SEES', 'TRAINER_SEES_NOT'])).toEqual({ TRAINER_SEES: 'this' });
  vi.unstubAllEnvs();
});
