import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../../worker/config.ts';
import { startServer } from '../../../worker/server/embedded-server.ts';
import { findServer } from '../../../worker/server/find-server.ts';
import { haveServer } from '../../../worker/server/have-server.ts';
import { makeServerFolder } from '../../../worker/server/server-folder.ts';
import { binaryForTests, cleanUp, stopAfterTest, temporaryFolder, temporaryHome } from './rig.ts';

const binary = await binaryForTests();
const progress = () => undefined;
beforeEach(() => {
  for (const name of ['TEMPORAL_ADDRESS', 'TEMPORAL_CONFIG_FILE', 'TEMPORAL_PROFILE']) vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await cleanUp();
});

describe('with no server', () => {
  test('none is found in a home that never had one', async () => {
    expect(await findServer(readConfig({ home: temporaryHome() }))).toBeUndefined();
  });

  test('a named server that does not answer is an error that names variable and address, not passed over', async () => {
    vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1');
    const found = findServer(readConfig({ home: temporaryHome() }));
    await expect(found).rejects.toThrow('TEMPORAL_ADDRESS=127.0.0.1:1 names a Temporal server at 127.0.0.1:1');
    await expect(found).rejects.toThrow(/ECONNREFUSED.*\nCorrect it, or unset it/);
  });

  test('a profile without an address is an error', async () => {
    const file = path.join(temporaryFolder(), 'temporal.toml');
    writeFileSync(file, '[profile.default]\nnamespace = "science"\n');
    vi.stubEnv('TEMPORAL_CONFIG_FILE', file);
    await expect(findServer(readConfig({ home: temporaryHome() }))).rejects.toThrow(
      `TEMPORAL_CONFIG_FILE=${file} names no address of a Temporal server`,
    );
  });

  test('a state file that a power cut left is not taken for a server', async () => {
    const home = temporaryHome();
    const files = await makeServerFolder(home);
    const gone = { scope: 'another boot', pid: 1, started: '1' };
    const state = { address: '127.0.0.1:1', server: gone, supervisor: gone, version: '1.31.2' };
    for (const text of [JSON.stringify(state), JSON.stringify(state).slice(0, 40), '']) {
      writeFileSync(files.state, text);
      expect(await findServer(readConfig({ home }))).toBeUndefined();
    }
  });
});

describe('with a server', () => {
  const start = async (home: string) => stopAfterTest(await startServer({ home, binary, progress }));

  test("a home's own is found while it runs", async () => {
    const home = temporaryHome();
    const { address, stop } = await start(home);
    const { version } = binary;
    expect(await findServer(readConfig({ home }))).toEqual({ address, embedded: true, version: version.server });
    await stop();
    expect(await findServer(readConfig({ home }))).toBeUndefined();
  });

  test.each(['variable', 'profile'])('one named by a %s is used as it is, and nothing is started', async by => {
    const { address } = await start(temporaryHome());
    const file = path.join(temporaryFolder(), 'temporal.toml');
    writeFileSync(file, `[profile.lab]\naddress = "${address}"\n`);
    if (by === 'variable') vi.stubEnv('TEMPORAL_ADDRESS', address);
    else {
      vi.stubEnv('TEMPORAL_CONFIG_FILE', file);
      vi.stubEnv('TEMPORAL_PROFILE', 'lab');
    }
    const home = temporaryHome();
    mkdirSync(home);
    const handle = await haveServer(readConfig({ home }), { progress, supervisor: '/nowhere' });
    expect(handle).toMatchObject({ address, embedded: false });
    await handle.stop();
  });
});
