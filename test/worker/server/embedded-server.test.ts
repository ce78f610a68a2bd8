import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { afterEach, describe, expect, test } from 'vitest';
import { type EmbeddedServer, startProcess, startServer } from '../../../worker/server/embedded-server.ts';
import { makeServerFolder, serverFolderOf } from '../../../worker/server/server-folder.ts';
import { writeJsonFile } from '../../../worker/setup/json-file.ts';
import { runCommand } from '../../../worker/setup/processes/run-command.ts';
import type { ServerBinary } from '../../../worker/setup/temporal/server-binary.ts';
import { answers, binaryForTests, cleanUp, listeningAddresses, stopAfterTest, temporaryHome } from './rig.ts';

const binary = await binaryForTests();
const progress = () => undefined;
afterEach(cleanUp);

describe('an embedded server', () => {
  const start = async (home: string, other?: Partial<ServerBinary>): Promise<EmbeddedServer> =>
    stopAfterTest(await startServer({ home, binary: { ...binary, ...other }, progress }));
  const temporal = async (...args: string[]) => (await runCommand({ command: binary.path, args })).lines.join('\n');

  test('answers within 10 s, keeps closed runs for ten years and stops when told to', async () => {
    const began = performance.now();
    const server = await start(temporaryHome());
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await answers(server.address)).toBe(true);
    const described = await temporal('operator', 'namespace', 'describe', '-n', 'default', '--address', server.address);
    expect(described).toMatch(/RetentionTtl\s+87600h/);
    await server.stop();
    expect(await answers(server.address)).toBe(false);
  });

  test.skipIf(process.platform !== 'linux')('listens on loopback only', async () => {
    const server = await start(temporaryHome());
    const addresses = listeningAddresses(server.identity.pid);
    expect(addresses.length).toBeGreaterThan(1);
    // 127.0.0.1, in the byte order of a little-endian machine.
    expect(new Set(addresses)).toEqual(new Set(['0100007F']));
    await server.stop();
  });

  test('has the same address at the next start, and what it knew', async () => {
    const home = temporaryHome();
    const first = await start(home);
    const workflow = ['--workflow-id', 'kept', '--address', first.address];
    const started = await temporal('workflow', 'start', '--type', 'any', '--task-queue', 'nobody', ...workflow);
    const run = /RunId\s+(\S+)/.exec(started)?.[1];
    expect(run).toBeDefined();
    await first.stop();
    const second = await start(home);
    expect(second.address).toBe(first.address);
    expect(await temporal('workflow', 'describe', ...workflow)).toContain(run);
    await second.stop();
  });

  test('refuses a file that another server made, and says what to do', async () => {
    const home = temporaryHome();
    await (await start(home)).stop();
    const refusal = start(home, { version: { cli: '9.9.9', server: '9.9.0' } });
    await expect(refusal).rejects.toThrow(`was made by Temporal server ${binary.version.server}`);
    await expect(refusal).rejects.toThrow(`put the \`temporal\` of Temporal CLI ${binary.version.cli} first on PATH`);
    await expect(refusal).rejects.toThrow(`move ${serverFolderOf(home).folder} away`);
    await expect(refusal).rejects.toThrow('nothing finished is lost');
  });

  test('refuses a file of which nobody knows who made it', async () => {
    const home = temporaryHome();
    const files = await makeServerFolder(home);
    writeFileSync(files.database, '');
    await expect(start(home)).rejects.toThrow('was made by an unknown Temporal server');
  });

  test('starts anew from what a first start that was killed left', async () => {
    const home = temporaryHome();
    const files = await makeServerFolder(home);
    writeFileSync(files.database, 'half of a database');
    writeJsonFile(files.version, { server: '1.0.0', cli: '1.0.0', created: '2026-01-01T00:00:00Z', complete: false });
    const server = await start(home);
    expect(await answers(server.address)).toBe(true);
    await server.stop();
  });

  test('is the only one that can have its file open, even for another home', async () => {
    const home = temporaryHome();
    const first = await start(home);
    const files = await makeServerFolder(temporaryHome());
    const { server, cli } = binary.version;
    writeJsonFile(files.version, { server, cli, created: '2026-01-01T00:00:00Z', complete: true });
    const sharing = { ...files, database: serverFolderOf(home).database };
    await expect(startProcess(sharing, { home: files.folder, binary, progress })).rejects.toThrow(
      /ended at once:\n.*database is locked/s,
    );
    expect(await answers(first.address)).toBe(true);
    await first.stop();
  });

  test('is not started twice for one home', async () => {
    const home = temporaryHome();
    const first = await start(home);
    await expect(start(home)).rejects.toThrow(`process ${process.pid} looks after the Temporal server`);
    await first.stop();
  });
});
