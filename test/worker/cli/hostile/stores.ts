/** Stores that were damaged, made by others or made by later versions: refused with words, and left as they are. */
import { chmodSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { HostileCase, Place } from './place.ts';

const status = () => ['status'];
const run = ({ study }: Place) => ['run', study];

function store(
  name: string,
  prepare: (place: Place) => void,
  words: HostileCase['words'],
  ...says: string[]
): HostileCase {
  return { name, used: true, prepare, words, code: 3, says };
}

const format =
  (text: string | Uint8Array) =>
  ({ layout }: Place) =>
    writeFileSync(layout.format, text);
const runFile = ({ layout, made }: Place) => path.join(layout.run(made.run), 'run.json');
const planFile = ({ layout, made }: Place) => layout.blob(made.plan);
const overwrite = (file: (place: Place) => string, text: string | Uint8Array) => (place: Place) => {
  chmodSync(file(place), 0o644);
  writeFileSync(file(place), text);
};
const flip = (file: (place: Place) => string) => (place: Place) => {
  const bytes = readFileSync(file(place));
  bytes[Math.floor(bytes.length / 2)]! ^= 0x10;
  overwrite(file, bytes)(place);
};

export const hostileStores: readonly HostileCase[] = [
  store(
    'a format of a later version',
    place => format(readFileSync(place.layout.format, 'utf8').replace(/"version": ?\d+/, '"version":99'))(place),
    status,
    'has format 99; this Espalier reads up to',
  ),
  store('a format file of garbage', format('garbage'), status, 'does not describe an Espalier store'),
  store('an empty format file', format(''), run, 'does not describe an Espalier store'),
  store('a format file that is a list', format('[]'), run, 'does not describe an Espalier store'),
  store('a format file of bytes', format(new Uint8Array(64).fill(0xff)), run, 'does not describe an Espalier store'),
  store(
    'a format file that is a link to itself',
    ({ layout }) => {
      rmSync(layout.format);
      symlinkSync(layout.format, layout.format);
    },
    run,
    'ELOOP',
  ),
  store(
    'a run file of garbage',
    overwrite(runFile, '{"format":'),
    status,
    'is no record this version can read',
    'move the folder of that run away',
  ),
  store(
    'a run file of a later version',
    place => overwrite(runFile, readFileSync(runFile(place), 'utf8').replace(/"format": ?1/, '"format":2'))(place),
    status,
    'is no record this version can read: format: Invalid input: expected 1; move the folder',
  ),
  store('a run file of garbage, and a run', overwrite(runFile, '\0\0\0'), run, 'is no record this version can read'),
  store(
    'a plan that is gone',
    place => rmSync(planFile(place)),
    status,
    'the plan of this run cannot be read',
    'run its study again',
  ),
  {
    ...store(
      'a plan with a bit flipped',
      flip(planFile),
      status,
      'the plan of this run cannot be read',
      'is corrupt',
      'run its study again',
    ),
    mayWrite: ['home/store/quarantine', 'home/store/blobs'],
  },
  {
    ...store(
      'a plan cut off',
      place => {
        chmodSync(planFile(place), 0o644);
        truncateSync(planFile(place), 10);
      },
      status,
      'the plan of this run cannot be read',
      'is corrupt',
    ),
    mayWrite: ['home/store/quarantine', 'home/store/blobs'],
  },
  store(
    'a record that is no JSON',
    overwrite(({ layout, made }) => layout.record(made.key), 'garbage'),
    () => ['table', 'part'],
    'is no record this version can read',
  ),
  store(
    'a record of another cell',
    place =>
      overwrite(
        ({ layout, made }) => layout.record(made.key),
        readFileSync(path.join(place.layout.records, otherRecord(place))),
      )(place),
    () => ['table', 'part'],
    'it is the record of another cell, ',
  ),
  {
    ...store(
      'a result cut off',
      place => {
        const file = place.layout.blob(place.made.output);
        chmodSync(file, 0o644);
        truncateSync(file, 20);
      },
      () => ['table', 'part'],
      'is corrupt: its bytes have another digest (moved aside to',
    ),
    mayWrite: ['home/store/quarantine', 'home/store/blobs', 'home/store/records', 'home/store/contents'],
  },
  {
    ...store(
      'a result with a bit flipped',
      flip(({ layout, made }) => layout.blob(made.output)),
      () => ['table', 'part'],
      'is corrupt: its bytes have another digest (moved aside to',
    ),
    mayWrite: ['home/store/quarantine', 'home/store/blobs', 'home/store/records', 'home/store/contents'],
  },
  store(
    'a result that is gone',
    ({ layout, made }) => rmSync(layout.blob(made.output)),
    () => ['table', 'part'],
    'is not in the store',
  ),
  store(
    'a folder of records that is a file',
    ({ layout }) => {
      rmSync(layout.records, { recursive: true });
      writeFileSync(layout.records, '');
    },
    run,
    'records is no folder: restore what was there',
  ),
  store(
    'temporary files that are no folder',
    ({ layout }) => {
      rmSync(layout.temporary, { recursive: true });
      writeFileSync(layout.temporary, '');
    },
    run,
    'temp is no folder: restore what was there',
  ),
];

function otherRecord({ layout, made }: Place): string {
  const shards = readdirSync(layout.records);
  const files = shards.flatMap(shard =>
    readdirSync(path.join(layout.records, shard)).map(file => path.join(shard, file)),
  );
  return files.find(file => !file.includes(made.key))!;
}
