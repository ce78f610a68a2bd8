/** A process that wants a server and does nothing else: bundled and run by the tests, which kill it in various ways. */
import { writeSync } from 'node:fs';
import process from 'node:process';
import { keepSupervised, type SupervisedOptions } from '../../../worker/server/supervised-server.ts';

const say = (line: string) => writeSync(1, `${line}\n`);
// As a command does that first cleans up at Ctrl-C.
process.on('SIGINT', () => say('interrupted'));
const given = JSON.parse(process.argv[2] ?? '') as Omit<SupervisedOptions, 'progress'>;
const handle = await keepSupervised({ ...given, progress: line => say(`progress ${line.text}`) });
handle.onFailure(failure => say(`failure ${failure.message}`));
say(`ready ${handle.address}`);
setInterval(() => undefined, 1_000);
