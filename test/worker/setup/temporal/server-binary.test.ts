import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Config } from '../../../../worker/config.ts';
import { runCommand } from '../../../../worker/setup/processes/run-command.ts';
import { findServerBinary, haveServerBinary } from '../../../../worker/setup/temporal/server-binary.ts';
import { pinnedVersion } from '../../../../worker/setup/temporal/server-version.ts';
import { cleanUp, keptProgress, stubPath, temporaryConfig, temporaryFolder, writeProgram } from '../rig.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  cleanUp();
});

const prints = (cli: string, server: string) => `echo "temporal version ${cli} (Server ${server}, UI 2.50.1)"`;
const pinned = prints(pinnedVersion.cli, pinnedVersion.server);
/** Does what `go version` and `go build -o ../temporal` do, as far as anybody here can tell. */
const go = (version: string, build: string) =>
  `case $1 in version) echo "go version go${version} linux/amd64";; build) ${build};; esac`;
const builds = (program: string) => `printf '#!/bin/sh\\n%s\\n' '${program}' > ../temporal; /bin/chmod +x ../temporal`;

/** A place to download from that nobody serves. */
const nowhere = 'http://127.0.0.1:2';
const have = (config: Config, downloadAddress = nowhere, fileVersion?: string) => {
  const kept = keptProgress();
  const binary = haveServerBinary(config, { progress: kept.progress, downloadAddress, fileVersion });
  return { binary, texts: kept.texts };
};

function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  closing.push(() => server.close());
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

test('a program on PATH with a server that is new enough is used', async () => {
  const folder = stubPath({ temporal: prints('1.9.0', '1.32.0') });
  const { binary } = have(temporaryConfig());
  const version = { cli: '1.9.0', server: '1.32.0' };
  expect(await binary).toEqual({ path: path.join(folder, 'temporal'), way: 'PATH', version });
});

test.each([
  ['too old', prints('1.0.0', '1.24.2'), /has server 1\.24\.2; 1\.29\.0 or newer is needed/],
  ['something else', 'echo "temporal 3.2, a calendar"', /does not name a Temporal server: "temporal 3\.2, a calendar"/],
  ['broken', 'exit 5', /does not name a Temporal server: exit 5/],
])('a program on PATH that is %s is passed over with the reason', async (_, temporal, reason) => {
  stubPath({ temporal });
  expect(await findServerBinary(temporaryConfig())).toMatchObject({
    refused: [{ way: 'PATH', reason: expect.stringMatching(reason) }, { way: 'cache' }],
  });
});

test('without one the pinned version is built with Go, once; later it is found in the cache', async () => {
  const config = temporaryConfig();
  stubPath({ go: go('1.26.8', builds(pinned)) });
  const { binary, texts } = have(config);
  const built = await binary;
  expect(built).toMatchObject({ way: 'Go', version: pinnedVersion });
  expect(texts[0]).toContain('building Temporal CLI');
  expect((await runCommand({ command: built.path, args: ['--version'] })).lines[0]).toContain(pinnedVersion.server);
  expect(readdirSync(path.dirname(built.path)).sort()).toEqual(['key-files.json', 'temporal']);
  stubPath({});
  expect(await have(config).binary).toEqual({ ...built, way: 'cache' });
});

test('a program on PATH is passed over for the pinned one when that one made the file to be served', async () => {
  const config = temporaryConfig();
  stubPath({ temporal: prints('1.9.0', '1.32.0'), go: go('1.26.8', builds(pinned)) });
  expect(await have(config, nowhere, pinnedVersion.server).binary).toMatchObject({ way: 'Go' });
  // No other version can be made here: then the program on PATH is as good as any, and the file's check decides.
  expect(await have(config, nowhere, '1.30.0').binary).toMatchObject({ way: 'PATH' });
});

test('an older Go that can fetch a newer one is told to, and it is said', async () => {
  const remember = `echo "$GOTOOLCHAIN $CGO_ENABLED $GOFLAGS" > "$ESPALIER_TEST_SEEN"; ${builds(pinned)}`;
  const seen = path.join(temporaryFolder(), 'seen');
  stubPath({ go: `ESPALIER_TEST_SEEN=${seen}; ${go('1.22.3', remember)}` });
  const { binary, texts } = have(temporaryConfig());
  await binary;
  expect(readFileSync(seen, 'utf8')).toBe('auto 0 -mod=readonly\n');
  expect(texts).toContain('Go 1.22.3 is older than 1.26.4: it fetches a newer toolchain from the Go module proxy');
});

test.each([
  ['go is a little too old to say its patch', { go: go('1.20', 'exit 9') }, 'Go 1.20 is too old'],
  ['there is no go', {}, 'built with Go: go is not on PATH'],
  ['go is very old', { go: go('1.19.13', 'exit 9') }, 'built with Go: Go 1.19.13 is too old: 1.26.4 is needed'],
  ['the build fails', { go: go('1.26.8', 'echo "dial tcp: lookup proxy: no such host"; exit 1') }, 'no such host'],
  ['the build is of no use', { go: go('1.26.8', builds('exit 3')) }, 'does not name a Temporal server: exit 3'],
  ['the build is another version', { go: go('1.26.8', builds(prints('1.7.0', '1.31.0'))) }, 'it has server 1.31.0'],
])(
  'when %s and nothing can be downloaded, the error lists every way, why, and what to do',
  async (_, programs, reason) => {
    const config = temporaryConfig();
    stubPath(programs);
    const { binary } = have(config);
    await expect(binary).rejects.toThrow(reason);
    const { message } = await binary.then(
      () => new Error('no error'),
      (error: unknown) => error as Error,
    );
    expect(message).toMatch(
      /^no Temporal server could be had.*\n {2}on PATH: there is no temporal on PATH\n {2}in the cache: /,
    );
    expect(message).toMatch(/\n {2}downloaded: http:\/\/127\.0\.0\.1:2: fetch failed \(.*ECONNREFUSED.*\)\n/);
    expect(message).toContain('TEMPORAL_ADDRESS');
    const log = /The full log is (.*)$/.exec(message)![1]!;
    expect(existsSync(log)).toBe(true);
    expect(readdirSync(path.dirname(log)).filter(name => name.includes('partial'))).toEqual([]);
  },
);

test('without Go it is downloaded from where the SDKs get theirs', async () => {
  const archive = path.join(temporaryFolder(), 'archive.tar.gz');
  writeProgram(path.join(path.dirname(archive), 'temporal'), pinned);
  const args = ['-czf', archive, '-C', path.dirname(archive), 'temporal'];
  expect(await runCommand({ command: 'tar', args })).toMatchObject({ code: 0 });
  const asked: string[] = [];
  const address = await serve((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/archive') return response.end(readFileSync(archive));
    return response.end(JSON.stringify({ archiveUrl: `${address}/archive`, fileToExtract: 'temporal' }));
  });
  stubPath({});
  const { binary } = have(temporaryConfig(), address);
  expect(await binary).toMatchObject({ way: 'download', version: pinnedVersion });
  expect(asked[0]).toMatch(new RegExp(`^/cli/v${pinnedVersion.cli}\\?arch=\\w+&platform=\\w+&format=tar\\.gz$`));
});

test.each([
  ['is gone', 404, 'not here', 'it answered 404 Not Found'],
  ['makes no sense', 200, '{"archiveUrl":"no address"}', 'archiveUrl'],
  ['names a file with an option for tar', 200, '{"archiveUrl":"http://a/","fileToExtract":"--x"}', 'fileToExtract'],
])('a download that %s is a reason', async (_, status, body, reason) => {
  const address = await serve((_request, response) => response.writeHead(status).end(body));
  stubPath({});
  await expect(have(temporaryConfig(), address).binary).rejects.toThrow(reason);
});
