/** Light cells through the whole machinery: `npm run bench -- throughput`. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'vitest';
import { espalier, whileUp, withHome } from '../test/stress/command-line.ts';
import { measure, printHead } from './measure.ts';

const study = `
study: throughput
params: { n: { type: int, default: 1000 }, size: { type: int, default: 0 } }
axes: { i: { count: '\${n}' } }
steps:
  work: { use: no-op, over: [i], with: { bytes: '\${size}' } }
  join: { use: no-op, over: [], in: { parts: work } }
`;

test('throughput', async () => {
  printHead('no-op cells and a join, server and worker up, command line included');
  await withHome(async home => {
    const file = path.join(home, 'throughput.yaml');
    writeFileSync(file, study);
    const run = (n: number, size: number) => espalier(home, ['run', file, '--set', `n=${n}`, '--set', `size=${size}`]);
    await whileUp(home, async () => {
      const thousand = await measure('1,000 cold', 1001, () => run(1000, 0));
      await measure('1,000 cached', 1001, () => run(1000, 0));
      await measure('1,000 cold again, other cells', 1001, () => run(1000, 1));
      const tenThousand = await measure('10,000 cold', 10_001, () => run(10_000, 2));
      await measure('10,000 cached', 10_001, () => run(10_000, 2));
      console.log(`10,000 cold take ${(tenThousand / thousand).toFixed(1)} times as long as 1,000`);
      console.log(`memory of the worker: ${workerMegabytes(home)} MB`);
    });
  });
});

function workerMegabytes(home: string): string {
  const listed = execFileSync('ps', ['-eo', 'rss=,args='], { encoding: 'utf8' }).split('\n');
  const worker = listed.find(line => line.includes('/worker.js ') && line.includes(home));
  return (Number.parseInt(worker ?? '', 10) / 1024).toFixed(0);
}
