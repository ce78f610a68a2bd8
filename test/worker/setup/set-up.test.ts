import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { inspectSetup } from '../../../worker/setup/inspect-setup.ts';
import { haveNativeBackend } from '../../../worker/setup/native/native-backend.ts';
import { setUp } from '../../../worker/setup/set-up.ts';
import { haveServerBinary, ServerBinaryError } from '../../../worker/setup/temporal/server-binary.ts';
import { cleanUp, keptProgress, stubPath, temporaryConfig } from './rig.ts';

vi.mock(import('../../../worker/setup/native/native-backend.ts'), async importOriginal => ({
  ...(await importOriginal()),
  haveNativeBackend: vi.fn(),
}));
vi.mock(import('../../../worker/setup/temporal/server-binary.ts'), async importOriginal => ({
  ...(await importOriginal()),
  haveServerBinary: vi.fn(),
}));
afterEach(() => {
  vi.resetAllMocks();
  cleanUp();
});

const both = ['temporal server', 'native backend'] as const;
const version = { cli: '1.8.2', server: '1.31.2' };
const built = { path: '/cache/temporal', way: 'Go', version } as const;

test('both parts are brought at the same time, with one row each', async () => {
  const { progress } = keptProgress();
  let backendStarted = () => undefined as void;
  const started = new Promise<void>(resolve => (backendStarted = resolve));
  vi.mocked(haveServerBinary).mockImplementation(() => started.then(() => built));
  vi.mocked(haveNativeBackend).mockImplementation(() => {
    backendStarted();
    return Promise.resolve({ state: 'ready', package: '/cache/tfjs-node' });
  });
  expect(await setUp(temporaryConfig(), { what: both, progress })).toEqual([
    { part: 'temporal server', state: 'ready', detail: 'server 1.31.2, CLI 1.8.2, built with Go: /cache/temporal' },
    { part: 'native backend', state: 'ready', detail: '/cache/tfjs-node' },
  ]);
});

test('what cannot be had is a row, with the reason and what would help', async () => {
  const { progress } = keptProgress();
  const refused = [{ way: 'Go', reason: 'go is not on PATH' }] as const;
  vi.mocked(haveServerBinary).mockRejectedValue(new ServerBinaryError(refused, '/log'));
  vi.mocked(haveNativeBackend).mockResolvedValue({ state: 'unavailable', reason: 'no pip', remedy: 'install pip' });
  expect(await setUp(temporaryConfig(), { what: both, progress })).toEqual([
    { part: 'temporal server', state: 'unavailable', detail: expect.stringContaining('go is not on PATH') },
    { part: 'native backend', state: 'unavailable', detail: 'no pip', remedy: 'install pip' },
  ]);
});

test('what the configuration makes needless is spared', async () => {
  const { progress } = keptProgress();
  const config = { ...temporaryConfig(), backend: 'wasm' as const };
  const named = { ...config, temporal: { ...config.temporal, address: 'cluster:7233' } };
  expect(await setUp(named, { what: both, progress })).toEqual([
    { part: 'temporal server', state: 'spared', detail: 'the environment names a server: cluster:7233' },
    { part: 'native backend', state: 'spared', detail: 'the configuration asks for the wasm backend' },
  ]);
  expect(haveServerBinary).not.toHaveBeenCalled();
  expect(haveNativeBackend).not.toHaveBeenCalled();
});

test('only what is asked for is brought', async () => {
  const { progress } = keptProgress();
  vi.mocked(haveServerBinary).mockResolvedValue({ ...built, way: 'PATH' });
  const rows = await setUp(temporaryConfig(), { what: ['temporal server'], progress });
  expect(rows.map(({ detail }) => detail)).toEqual(['server 1.31.2, CLI 1.8.2, from PATH: /cache/temporal']);
});

test('a bug is thrown, not reported as a machine that lacks something', async () => {
  const { progress } = keptProgress();
  vi.mocked(haveServerBinary).mockRejectedValue(new Error('internal: a bug'));
  await expect(setUp(temporaryConfig(), { what: ['temporal server'], progress })).rejects.toThrow('internal: a bug');
});

test('an inspection tells what is there and changes nothing', async () => {
  const config = temporaryConfig();
  stubPath({
    go: 'echo "go version go1.26.8 linux/amd64"',
    npm: 'echo "npm warn Unknown user config 10.0"; echo 11.6.0',
    python3: 'case $1 in --version) echo "Python 3.11.7";; *) exit 1;; esac',
  });
  const inspection = await inspectSetup(config);
  expect(inspection).toMatchObject({
    server: { refused: [{ way: 'PATH', reason: 'there is no temporal on PATH' }, { way: 'cache' }] },
    backend: { state: 'unavailable', reason: 'it has not been built yet', remedy: 'run: espalier setup' },
    disk: [{ folder: config.cache }, { folder: config.home }],
    tools: [
      { tool: 'node', version: undefined },
      { tool: 'npm', version: '11.6.0' },
      { tool: 'go', version: 'go version go1.26.8 linux/amd64' },
      { tool: 'python3', version: 'Python 3.11.7' },
      { tool: 'pip', version: undefined },
      { tool: 'g++', version: undefined },
    ],
  });
  for (const { freeBytes } of inspection.disk) expect(freeBytes).toBeGreaterThan(0);
  // Neither was made by looking: this one can still be made without `recursive`.
  mkdirSync(config.cache);
  expect(path.dirname(config.cache)).toBe(path.dirname(config.home));
});
