import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findEmbeddedServer } from '../../../worker/server/find-embedded-server.ts';
import { makeServerFolder, serverFolderOf } from '../../../worker/server/server-folder.ts';
import { keepSupervised } from '../../../worker/server/supervised-server.ts';
import { writeJsonFile } from '../../../worker/setup/json-file.ts';
import type { ProcessMark } from '../../../schemas/process-mark.ts';
import { processState } from '../../../store/process-life.ts';
import { runCommand } from '../../../worker/setup/processes/run-command.ts';
import {
  answers,
  binaryForTests,
  bundle,
  cleanUp,
  eventually,
  type Holder,
  quickLimits,
  startHolder,
  stopAfterTest,
  stateOf,
  temporaryHome,
} from './rig.ts';

const binary = await binaryForTests();
afterEach(cleanUp);

describe('a supervised server', () => {
  let folder: string;
  let program: string;
  let holderProgram: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'espalier-bundles-'));
    program = await bundle('../../../worker/server/supervisor-main.ts', folder);
    holderProgram = await bundle('./holder.ts', folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const options = (home: string) => ({ program, home, binary, limits: quickLimits });
  const keep = async (home: string, lines: string[] = [], limits = quickLimits) =>
    stopAfterTest(await keepSupervised({ ...options(home), limits, progress: line => lines.push(line.text) }));
  const hold = (home: string): Holder => startHolder(holderProgram, options(home));
  const temporal = async (...args: string[]) => (await runCommand({ command: binary.path, args })).lines.join('\n');
  const isGone = (identity: ProcessMark) => processState(identity) === 'dead';

  test('killed with -9 answers again within 3 s at the same address, with all it knew', async () => {
    const home = temporaryHome();
    const lines: string[] = [];
    const server = await keep(home, lines);
    const workflow = ['--workflow-id', 'kept', '--address', server.address];
    const started = await temporal('workflow', 'start', '--type', 'any', '--task-queue', 'nobody', ...workflow);
    const run = /RunId\s+(\S+)/.exec(started)?.[1];
    expect(run).toBeDefined();
    const before = stateOf(home).server;
    process.kill(before.pid, 'SIGKILL');
    await eventually(() => isGone(before), 1_000);
    await eventually(() => answers(server.address), 3_000);
    expect(await temporal('workflow', 'describe', ...workflow)).toContain(run);
    await eventually(() => lines.includes(`answers again at ${server.address}`), 1_000);
    expect(lines).toContain(`the Temporal server (process ${before.pid}) ended; starting it again`);
    await server.stop();
    expect(isGone(stateOf(home).server) && isGone(stateOf(home).supervisor)).toBe(true);
  });

  test.each([
    // Only Linux tells what a process does.
    ...(process.platform === 'linux'
      ? [['and does nothing is replaced at once', { ...quickLimits, muteMs: 600_000 }] as const]
      : []),
    ['is replaced where the system does not tell what it does', { ...quickLimits, stillMs: 600_000 }] as const,
  ])('that stops answering %s', async (_, limits) => {
    const home = temporaryHome();
    const lines: string[] = [];
    const server = await keep(home, lines, limits);
    const before = stateOf(home).server;
    process.kill(before.pid, 'SIGSTOP');
    await eventually(() => isGone(before), 5_000);
    await eventually(() => answers(server.address), 3_000);
    expect(lines).toContain(
      `the Temporal server (process ${before.pid}) did not answer any more and was killed; starting it again`,
    );
    await server.stop();
  });

  test('ends within 2 s of kill -9 of the process that wanted it', async () => {
    const home = temporaryHome();
    const holder = hold(home);
    await holder.line('ready');
    const { server, supervisor } = stateOf(home);
    holder.child.kill('SIGKILL');
    await eventually(() => isGone(server) && isGone(supervisor), 2_000);
  });

  test('outlives kill -9 of its supervisor, which is replaced', async () => {
    const home = temporaryHome();
    const lines: string[] = [];
    const server = await keep(home, lines);
    const before = stateOf(home);
    process.kill(before.supervisor.pid, 'SIGKILL');
    await eventually(() => lines.includes(`answers again at ${server.address}`), 5_000);
    expect(stateOf(home).server).toEqual(before.server);
    expect(stateOf(home).supervisor).not.toEqual(before.supervisor);
    await server.stop();
    expect(isGone(before.server)).toBe(true);
  });

  test('whose supervisor and user were both killed is adopted by the next user', async () => {
    const home = temporaryHome();
    const holder = hold(home);
    await holder.line('ready');
    const before = stateOf(home);
    process.kill(before.supervisor.pid, 'SIGSTOP');
    holder.child.kill('SIGKILL');
    process.kill(before.supervisor.pid, 'SIGKILL');
    const server = await keep(home);
    expect(stateOf(home).server).toEqual(before.server);
    await server.stop();
    expect(isGone(before.server)).toBe(true);
  });

  test('that was left before its database was set up is replaced by one that starts anew', async () => {
    const home = temporaryHome();
    const holder = hold(home);
    await holder.line('ready');
    const before = stateOf(home);
    process.kill(before.supervisor.pid, 'SIGKILL');
    holder.child.kill('SIGKILL');
    const files = serverFolderOf(home);
    const { server, cli } = binary.version;
    writeJsonFile(files.version, { server, cli, created: '2026-01-01T00:00:00Z', complete: false });
    expect(await findEmbeddedServer(home, 1_000)).toBeUndefined();
    const next = await keep(home);
    expect(stateOf(home).server).not.toEqual(before.server);
    expect(isGone(before.server)).toBe(true);
    const described = await temporal('operator', 'namespace', 'describe', '-n', 'default', '--address', next.address);
    expect(described).toMatch(/RetentionTtl\s+87600h/);
  });

  test('of which another server made the file is not started, and it is said why', async () => {
    const home = temporaryHome();
    const files = await makeServerFolder(home);
    writeFileSync(files.database, '');
    writeJsonFile(files.version, { server: '1.2.3', cli: '0.1.2', created: '2026-01-01T00:00:00Z', complete: true });
    await expect(keep(home)).rejects.toThrow('was made by Temporal server 1.2.3 (Temporal CLI 0.1.2)');
  });

  test('does not feel Ctrl-C in the terminal of the process that wants it', async () => {
    const home = temporaryHome();
    const holder = hold(home);
    await holder.line('ready');
    process.kill(-holder.child.pid!, 'SIGINT');
    await holder.line('interrupted');
    await new Promise(resolve => setTimeout(resolve, 500));
    expect(processState(stateOf(home).server)).toBe('alive');
    expect(await answers(stateOf(home).address)).toBe(true);
  });

  test('serves a second process too, and goes on for it at the same address when the first one lets go', async () => {
    const home = temporaryHome();
    const first = await keep(home);
    const lines: string[] = [];
    const second = await keep(home, lines);
    expect(second.address).toBe(first.address);
    expect(lines[0]).toMatch(/^kept up by process \d+; this one takes over when that ends$/);
    await first.stop();
    await eventually(() => lines.includes(`answers again at ${second.address}`), 5_000);
    expect(await answers(second.address)).toBe(true);
    await second.stop();
  });

  test('can be called off while it starts, and leaves no process', async () => {
    const home = temporaryHome();
    const callOff = new AbortController();
    const started = keepSupervised({ ...options(home), progress: () => undefined, signal: callOff.signal });
    callOff.abort(new Error('called off'));
    await expect(started).rejects.toThrow('called off');
    expect(await runCommand({ command: 'pgrep', args: ['-f', home] })).toMatchObject({ code: 1 });
  });

  test('that ends again and again is given up, with its last words', async () => {
    const broken = path.join(folder, 'broken');
    writeFileSync(broken, '#!/bin/sh\necho "disk I/O error: no luck today"\nexit 1\n');
    chmodSync(broken, 0o755);
    const home = temporaryHome();
    const lines: string[] = [];
    const started = keepSupervised({
      ...options(home),
      binary: { ...binary, path: broken },
      progress: line => lines.push(line.text),
    });
    await expect(started).rejects.toThrow(/could not be kept up: 4 failures in a row.*no luck today/s);
    expect(lines.filter(line => line.endsWith('starting it again'))).toHaveLength(3);
  });
});
