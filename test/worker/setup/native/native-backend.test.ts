import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Config } from '../../../../worker/config.ts';
import { findNativeBackend, haveNativeBackend } from '../../../../worker/setup/native/native-backend.ts';
import { tensorflowWheel, type TensorflowWheel } from '../../../../worker/setup/native/native-versions.ts';
import { cleanUp, keptProgress, stubPath, temporaryConfig } from '../rig.ts';

const wheel: TensorflowWheel = {
  distribution: 'tensorflow-cpu',
  platformTags: ['manylinux_2_17_x86_64'],
  sha256: createHash('sha256').update('wheel\n').digest('hex'),
};
vi.mock(import('../../../../worker/setup/native/native-versions.ts'), async importOriginal => ({
  ...(await importOriginal()),
  tensorflowWheel: vi.fn(() => wheel),
}));
vi.mock(import('../../../../worker/setup/disk.ts'), () => ({ freeBytes: vi.fn(() => Promise.resolve(5e9)) }));
const { freeBytes } = await import('../../../../worker/setup/disk.ts');
afterEach(() => {
  vi.mocked(tensorflowWheel).mockReturnValue(wheel);
  vi.mocked(freeBytes).mockResolvedValue(5e9);
  cleanUp();
});

const library = (product: string) =>
  `exports.matMul = () => ({ arraySync: () => ${product} }); exports.backend = () => ({ binding: { TF_Version: "2.15.1" } });`;

/** npm, pip, Python and the compiler, as far as this project can tell; each is a shell script on PATH. */
const working = {
  npm: npm(library('[[7, 10], [15, 22]]')),
  python3: python({}),
  'g++': `case $1 in --version) exit 0;; esac; while [ "$1" != -o ]; do shift; done; echo binding > "$2"`,
};

function npm(tfjsNode: string): string {
  return `
    case $1 in --version) exit 0;; esac
    mkdir -p node_modules/@tensorflow/tfjs-node/dist node_modules/@tensorflow/tfjs/dist node_modules/node-api-headers
    echo '{"main":"dist/index.js"}' > node_modules/@tensorflow/tfjs-node/package.json
    echo '${tfjsNode}' > node_modules/@tensorflow/tfjs-node/dist/index.js
    touch node_modules/@tensorflow/tfjs/dist/tf.node.js node_modules/@tensorflow/tfjs/dist/tf.min.js.map`;
}

function python({ pip = 'exit 0', download = 'echo wheel > "$folder/tensorflow.whl"', unpack = '' }): string {
  return `
    case $1 in
      --version) exit 0;;
      -m)
        case $3 in --version) ${pip};; esac
        for argument; do case $argument in --dest=*) folder=\${argument#--dest=};; esac; done
        mkdir -p "$folder"; ${download};;
      */unpack-wheel.py)
        ${unpack}
        mkdir -p "$3/lib" "$3/include"
        echo cc > "$3/lib/libtensorflow_cc.so.2"; echo framework > "$3/lib/libtensorflow_framework.so.2";;
    esac`;
}

async function have(config: Config, options: { timeLimitSeconds?: number; signal?: AbortSignal } = {}) {
  const { progress, texts } = keptProgress();
  return { backend: await haveNativeBackend(config, { progress, ...options }), texts };
}

const cacheEntries = (config: Config) =>
  readdirSync(path.join(config.cache, 'tfjs-node')).filter(name => !/\.(log|progress|lock\.\d+)$/.test(name));

test('it is built once, of what runs only, and found from then on', async () => {
  const config = temporaryConfig();
  expect(await findNativeBackend(config)).toMatchObject({ reason: 'it has not been built yet' });
  stubPath(working);
  const { backend, texts } = await have(config);
  expect(texts.at(-1)).toMatch(/^tfjs-node 4\.22\.0 on TensorFlow 2\.15\.1 is ready, after \d+ s$/);
  expect(backend).toMatchObject({
    state: 'ready',
    package: expect.stringMatching(/node_modules\/@tensorflow\/tfjs-node$/),
  });
  const folder = path.resolve(backend.state === 'ready' ? backend.package : '', '../../..');
  expect(readdirSync(folder).sort()).toEqual(['key-files.json', 'node_modules', 'package-lock.json', 'package.json']);
  expect(readdirSync(path.join(folder, 'node_modules/@tensorflow/tfjs/dist'))).toEqual(['tf.node.js']);
  stubPath({});
  expect(await findNativeBackend(config)).toEqual(backend);
  expect(await have(config)).toMatchObject({ backend, texts: [] });
});

test.each([
  {
    name: 'python3 is missing',
    programs: { python3: undefined },
    reason: /^python3 is not on PATH$/,
    remedy: /python3-pip/,
  },
  { name: 'pip is missing', programs: { python3: python({ pip: 'exit 1' }) }, reason: /no pip/, remedy: /install pip/ },
  { name: 'g++ is missing', programs: { 'g++': undefined }, reason: /no C\+\+ compiler/, remedy: /install g\+\+/ },
  {
    name: 'npm is missing',
    programs: { npm: undefined },
    reason: /npm is not on PATH/,
    remedy: /npm that came with Node/,
  },
  {
    name: 'the npm registry cannot be reached',
    programs: { npm: 'case $1 in --version) exit 0;; esac; echo "npm error code ENOTFOUND"; exit 1' },
    reason: /^npm ci: exit 1: npm error code ENOTFOUND$/,
    remedy: /registry/,
  },
  {
    name: 'the Python index cannot be reached',
    programs: { python3: python({ download: 'echo "ERROR: No matching distribution found"; exit 1' }) },
    reason: /^pip download: exit 1: ERROR: No matching distribution found$/,
    remedy: /package index/,
  },
  {
    name: 'the wheel has another hash',
    programs: { python3: python({ download: 'echo other > "$folder/tensorflow.whl"' }) },
    reason: /tensorflow\.whl is not the file that was published: its SHA-256 is [0-9a-f]{64}, not /,
    remedy: /mirror or proxy/,
  },
  {
    name: 'the disk fills up while unpacking',
    programs: { python3: python({ unpack: 'echo "OSError: No space left on device"; exit 1;' }) },
    reason: /^unpacking the wheel: exit 1: OSError: No space left on device$/,
    remedy: /disk full/,
  },
  {
    name: 'the compiler fails',
    programs: { 'g++': 'case $1 in --version) exit 0;; esac; echo "fatal error: c_api.h: No such file"; exit 1' },
    reason: /^g\+\+: exit 1: fatal error/,
    remedy: /g\+\+ 8 or newer/,
  },
  {
    name: 'the library ends the process that loads it',
    programs: { npm: npm('process.kill(process.pid, "SIGILL")') },
    reason: /^it does not load: killed by SIGILL/,
    remedy: /AVX/,
  },
  {
    name: 'it computes wrongly',
    programs: { npm: npm(library('[[7, 10], [15, 23]]')) },
    reason: /^it computes wrongly: \[\[1,2\],\[3,4\]\]² = \[\[7,10\],\[15,23\]\], not/,
    remedy: /log/,
  },
])('when $name, that is said with what would help, nothing fails and nothing half-made stays', async row => {
  const config = temporaryConfig();
  const programs = Object.entries({ ...working, ...row.programs }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  stubPath(Object.fromEntries(programs));
  const { backend } = await have(config);
  expect(backend).toEqual({
    state: 'unavailable',
    reason: expect.stringMatching(row.reason),
    remedy: expect.stringMatching(row.remedy),
  });
  expect(cacheEntries(config)).toEqual([expect.stringMatching(/\.failure\.json$/)]);
  expect(await findNativeBackend(config)).toEqual(backend);
  stubPath(working);
  expect((await have(config)).backend.state).toBe('ready');
  expect(cacheEntries(config)).toHaveLength(1);
});

test('a platform without a known library, and a full disk, are told before anything is fetched', async () => {
  stubPath({ ...working, npm: 'case $1 in --version) exit 0;; esac; touch /nowhere/npm-was-called' });
  vi.mocked(freeBytes).mockResolvedValue(0.4e9);
  expect((await have(temporaryConfig())).backend).toMatchObject({
    reason: expect.stringMatching(/has 0\.4 GB of free disk; 1\.2 GB are needed$/),
    remedy: expect.stringContaining('ESPALIER_CACHE'),
  });
  vi.mocked(tensorflowWheel).mockReturnValue(undefined);
  expect((await have(temporaryConfig())).backend).toMatchObject({
    reason: expect.stringMatching(/^no TensorFlow library is known for \w+ on \w+$/),
  });
});

test('it is bounded in time', async () => {
  stubPath({ ...working, 'g++': 'case $1 in --version) exit 0;; esac; sleep 60' });
  const config = temporaryConfig();
  const { backend } = await have(config, { timeLimitSeconds: 1 });
  expect(backend).toMatchObject({ reason: 'it was not built within 1 s' });
  expect(cacheEntries(config)).toEqual([expect.stringMatching(/\.failure\.json$/)]);
});

test('called off, it ends, throws the reason and remembers no failure', async () => {
  stubPath({ ...working, 'g++': 'case $1 in --version) exit 0;; esac; sleep 60' });
  const config = temporaryConfig();
  const callOff = new AbortController();
  setTimeout(() => callOff.abort(new Error('called off')), 600);
  await expect(have(config, { signal: callOff.signal })).rejects.toThrow('called off');
  expect(cacheEntries(config)).toEqual([]);
  expect(existsSync(config.cache)).toBe(true);
});
