/** Flags, names and homes that were made to do harm: each is refused with words, and nothing is written. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { HostileCase, Place } from './place.ts';

const run = (place: Place) => ['run', place.study];

const params = `study: s\nparams: { n: { type: int, default: 1 }, x: 0.5, words: { type: list, default: [a] } }\nsteps:\n  a: { use: no-op, with: { bytes: "\${n}", sleep: "\${x}" } }\n`;

function refusedSet(name: string, flags: readonly string[], ...says: string[]): HostileCase {
  return {
    name: `--set ${name}`,
    study: params,
    words: ({ study }) => ['run', study, ...flags.flatMap(flag => ['--set', flag])],
    code: 2,
    says,
  };
}

export const hostileFlags: readonly HostileCase[] = [
  refusedSet('without a value', ['n'], '`--set` takes `name=value`.'),
  refusedSet('without a name', ['=3'], '`--set` takes `name=value`.'),
  refusedSet('of the prototype', ['__proto__=1'], 'The study has no param `__proto__`'),
  refusedSet('of a path into the prototype', ['n.__proto__.x=1'], 'The study has no param `n.__proto__.x`'),
  refusedSet('to no number', ['x=.nan'], '`x` must be a number; it is the text `.nan`.'),
  refusedSet(
    'to a word that is a number elsewhere',
    ['x=Infinity'],
    '`x` must be a number; it is the text `Infinity`.',
  ),
  refusedSet('to 1e999', ['x=1e999'], '`x` must be a number; it is the text `1e999`.'),
  refusedSet(
    'beyond the integers',
    ['n=99999999999999999999'],
    'gives 100000000000000000000, which is no value of a study',
  ),
  refusedSet('to an expression', ['n=${1+1}'], '`n` must be a whole number; it is the text `${1+1}`.'),
  refusedSet('to a list that is never closed', ['words=[1,'], '`words` must be a list; it is the text `[1,`.'),
  refusedSet(
    'to a list 50,000 deep',
    [`words=${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    '`words` must be a list; it is the text `[[[[',
  ),
  refusedSet('of a name in letters that look alike', ['ո=1'], 'The study has no param `ո`'),
  {
    name: 'a run named to leave its folder',
    used: true,
    words: () => ['status', '../../../etc/passwd'],
    code: 2,
    says: ['there is no run `../../../etc/passwd`'],
  },
  {
    name: 'a run named by a terminal code',
    built: true,
    used: true,
    words: () => ['status', '\u001B[2J'],
    code: 2,
    says: ['there is no run `␛[2J`'],
  },
  {
    name: 'a run that is no run, to be resumed',
    used: true,
    words: () => ['resume', 'sound-1/../sound-1'],
    code: 2,
    says: ['there is no run `sound-1/../sound-1`. Did you mean `sound-1`?'],
  },
  {
    name: 'a cell named to leave its folder',
    used: true,
    words: () => ['table', '../../part[i=0]'],
    code: 2,
    says: ['there is no cell `../../part[i=0]`'],
  },
  {
    name: 'a digest of nothing',
    used: true,
    words: () => ['lineage', '0'.repeat(64)],
    code: 2,
    says: ['no artifact has it as its digest'],
  },
  {
    name: 'a negative number of slots',
    built: true,
    words: place => [...run(place), '--slots', '-1'],
    code: 2,
    says: ["argument '-1' is invalid. It is a whole number, 1 or more."],
  },
  {
    name: 'slots that are no number',
    built: true,
    words: place => [...run(place), '--slots', 'NaN'],
    code: 2,
    says: ["argument 'NaN' is invalid. It is a whole number, 1 or more."],
  },
  {
    name: 'an unknown backend',
    built: true,
    words: place => [...run(place), '--backend', '../x'],
    code: 2,
    says: ['Allowed choices are native, wasm, cpu.'],
  },
  {
    name: 'a home that is a file',
    built: true,
    prepare: ({ home }) => writeFileSync(home, 'mine'),
    words: run,
    code: 3,
    says: ['home is no folder.'],
  },
  {
    name: 'a home below a file',
    words: ({ study: file }) => ['run', file, '--home', `${file}/home`],
    code: 3,
    says: ['cannot be made (ENOTDIR).'],
  },
  {
    name: 'a home where nobody may make one',
    words: ({ study: file }) => ['run', file, '--home', '/proc/espalier'],
    code: 3,
    says: ['the home /proc/espalier cannot be made'],
  },
  {
    name: 'a home that is a device',
    words: ({ study: file }) => ['run', file, '--home', '/dev/null'],
    code: 3,
    says: ['the home /dev/null is no folder.'],
  },
  {
    name: 'a home of a name that is too long',
    words: ({ study: file }) => ['run', file, '--home', 'a'.repeat(300)],
    code: 3,
    says: ['cannot be made (ENAMETOOLONG).'],
  },
  {
    name: 'a home that is a link to itself',
    prepare: ({ home }) => symlinkSync(home, home),
    words: run,
    code: 3,
    says: ['cannot be written (ELOOP).'],
  },
  {
    name: 'an empty home',
    words: ({ study: file }) => ['run', file, '--home', ''],
    code: 2,
    says: ['it names no folder'],
  },
  {
    name: 'a store in a folder of somebody else’s files',
    prepare: ({ home }) => {
      mkdirSync(path.join(home, 'store'), { recursive: true });
      writeFileSync(path.join(home, 'store', 'thesis.tex'), 'mine');
    },
    words: run,
    code: 3,
    says: ['is no Espalier store and not empty (it holds thesis.tex)'],
  },
];
