/** A process that makes a cached folder and never gets done, since its command sleeps: bundled and run by the tests. */
import { writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { haveCachedFolder } from '../../../worker/setup/cached-folder.ts';

const folder = process.argv[2] ?? '';
const progress = () => undefined;
await haveCachedFolder(
  {
    folder,
    topic: 'test',
    keyFiles: ['data'],
    make: async job => {
      writeFileSync(path.join(job.partial, 'data'), 'half');
      job.say('half done');
      await job.run({
        command: '/bin/sh',
        args: ['-c', 'echo $$; exec sleep 300'],
        onLine: pid => writeSync(1, `${pid}\n`),
      });
    },
  },
  { progress },
);
