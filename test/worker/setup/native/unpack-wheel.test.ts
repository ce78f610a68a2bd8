import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { dataFolder } from '../../../../worker/entry-points.ts';
import { runCommand, succeeded } from '../../../../worker/setup/processes/run-command.ts';
import { cleanUp, temporaryFolder } from '../rig.ts';

afterEach(cleanUp);
const hasPython = succeeded(await runCommand({ command: 'python3', args: ['--version'] }));
if (!hasPython) console.warn('skipped: there is no python3 on this machine');

const wheelFiles = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/python/_pywrap_tensorflow_internal.so',
  'tensorflow/include/tensorflow/c/c_api.h',
  'tensorflow/include/tensorflow/c/eager/c_api.h',
  'tensorflow/include/tensorflow/core/platform/ctstring_internal.h',
  'tensorflow/include/tensorflow/core/platform/env.h',
  'tensorflow/include/tsl/c/tsl_status.h',
  'tensorflow/include/Eigen/Core',
  '../../outside/tensorflow/libtensorflow_cc.so.2',
];

test.skipIf(!hasPython)('of a wheel, the libraries and the C headers are unpacked and nothing else', async () => {
  const folder = temporaryFolder();
  const make =
    'import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as z:\n  for n in sys.argv[2:]: z.writestr(n, n)';
  const wheel = path.join(folder, 'a.whl');
  expect(await runCommand({ command: 'python3', args: ['-c', make, wheel, ...wheelFiles] })).toMatchObject({ code: 0 });
  const script = path.join(dataFolder('native-packages'), 'unpack-wheel.py');
  const deps = path.join(folder, 'deps');
  expect(await runCommand({ command: 'python3', args: [script, wheel, deps] })).toMatchObject({ code: 0 });
  const files = readdirSync(deps, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  expect(files.map(file => path.relative(deps, path.join(file.parentPath, file.name))).sort()).toEqual([
    'include/tensorflow/c/c_api.h',
    'include/tensorflow/c/eager/c_api.h',
    'include/tensorflow/core/platform/ctstring_internal.h',
    'include/tsl/c/tsl_status.h',
    'lib/libtensorflow_cc.so.2',
    'lib/libtensorflow_framework.so.2',
  ]);
});
