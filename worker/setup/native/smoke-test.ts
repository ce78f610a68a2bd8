/** Whether the native backend loads here and computes, tried in a process of its own: a broken library ends its process. */
import process from 'node:process';
import { z } from 'zod';
import type { CachedFolderJob } from '../cached-folder.ts';
import { succeeded } from '../processes/run-command.ts';
import { commandFailure, NativeFailure } from './native-failure.ts';

/** Run by Node with the package's folder as its argument. tfjs-node calls two functions that Node 23 removed. */
const program = `
  const util = require('node:util');
  util.isNullOrUndefined ??= value => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  const tf = require(process.argv[1]);
  const matrix = [[1, 2], [3, 4]];
  const product = tf.matMul(matrix, matrix).arraySync();
  console.log(JSON.stringify({ product, tensorflow: tf.backend().binding.TF_Version }));
`;

const answerSchema = z.object({ product: z.array(z.array(z.number())), tensorflow: z.string() });
const expected = JSON.stringify([
  [7, 10],
  [15, 22],
]);

/** The version of TensorFlow that computed; throws a `NativeFailure`. */
export async function smokeTest(job: CachedFolderJob, packageFolder: string): Promise<string> {
  const result = await job.run({
    command: process.execPath,
    args: ['-e', program, packageFolder],
    environment: { TF_CPP_MIN_LOG_LEVEL: '2', NODE_OPTIONS: undefined },
    timeLimitSeconds: 120,
  });
  const remedy = 'look into the log; the library needs a glibc of 2017 or newer, and a processor with AVX';
  const line = result.lines.findLast(each => each.startsWith('{"product"'));
  if (!succeeded(result) || line === undefined) throw commandFailure('it does not load', result, remedy);
  const { product, tensorflow } = answerSchema.parse(JSON.parse(line));
  if (JSON.stringify(product) !== expected) {
    throw new NativeFailure(
      `it computes wrongly: [[1,2],[3,4]]² = ${JSON.stringify(product)}, not ${expected}`,
      remedy,
    );
  }
  return tensorflow;
}
