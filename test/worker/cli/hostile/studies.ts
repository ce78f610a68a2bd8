/** Studies, files they name and flags that were made to do harm: each is refused with words, and nothing is written. */
import { symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { HostileCase, Place } from './place.ts';

const run = (place: Place) => ['run', place.study];
function refused(name: string, text: string | Uint8Array, ...says: string[]): HostileCase {
  return { name, study: text, words: run, code: 2, says };
}

/** One step, with this in its place. */
const step = (text: string) => `study: s\nsteps:\n  a: ${text}\n`;

const aliases = Array.from(
  { length: 12 },
  (_, level) => `x${level + 1}: &x${level + 1} [${Array.from({ length: 10 }, () => `*x${level}`).join(', ')}]`,
);

export const hostileStudies: readonly HostileCase[] = [
  refused('nothing', '', 'The file holds no values.'),
  refused('only a comment', '# nothing\n', 'The file holds no values.'),
  refused('a list', '- a\n- b\n', '`the file` must be a study; it is a list.'),
  refused('a number', '42', '`the file` must be a study; it is `42`.'),
  refused(
    'two documents',
    `${step('{ use: no-op }')}---\nstudy: t\n`,
    'A second document begins here; a file holds one study.',
  ),
  refused(
    'bytes that are no text',
    Uint8Array.from([0xff, 0xfe, 0x00, 0x80, 0x81, 0xc3]),
    'it begins with the mark of UTF-16',
  ),
  refused('zeros', new Uint8Array(4096), 'line 1 holds a NUL byte'),
  refused(
    'a picture',
    Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    'line 1 holds bytes that are no characters',
  ),
  refused(
    'three million characters',
    `study: s\n# ${'x'.repeat(3_000_000)}\n`,
    'The file has 3.0 MB; a study has at most 2.0 MB.',
  ),
  refused('100,000 brackets', `study: ${'['.repeat(100_000)}`, 'Values are nested too deeply'),
  refused(
    '10,000 indented levels',
    Array.from({ length: 10_000 }, (_, at) => `${' '.repeat(at)}k:`)
      .join('\n')
      .slice(0, 1_900_000),
    'Values are nested too deeply',
  ),
  refused(
    'aliases of aliases',
    `x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n${aliases.join('\n')}\nstudy: s\n`,
    'With its aliases expanded, this holds more than 400,000 values.',
  ),
  refused('an alias of itself', 'study: &a [*a]\n', 'The alias `*a` stands inside its own anchor.'),
  refused('a merge key', `base: &b { use: no-op }\nstudy: s\nsteps:\n  a: { <<: *b }\n`, '`base` is no key of a study'),
  refused('a tag that asks for code', `study: !!js/function 'function () {}'\n`, 'Studies know no tags.'),
  refused(
    'a key said twice',
    `study: s\nsteps:\n  a: { use: no-op }\n  a: { use: no-op }\n`,
    'The key `a` stands twice in this map.',
  ),
  refused('a key that is an object', `study: s\nsteps:\n  ? { x: 1 }\n  : { use: no-op }\n`, 'This cannot be a key.'),
  refused(
    'the prototype as a step',
    `study: s\nsteps:\n  __proto__: { use: no-op }\n`,
    'This cannot be a key.',
    '__proto__',
  ),
  refused(
    'the constructor as a step',
    `study: s\nsteps:\n  constructor: { use: no-op }\n  b: { use: no-op, in: { parts: toString } }\n`,
    'The study has no step `toString`; there are `constructor` and `b`.',
  ),
  refused(
    'a study named to leave its folder',
    `study: ../../etc/cron.d/x\nsteps:\n  a: { use: no-op }\n`,
    '`study` must be in kebab-case',
  ),
  refused(
    'a study named with a line break',
    `study: "a\\nb"\nsteps:\n  a: { use: no-op }\n`,
    '`study` must be in kebab-case',
  ),
  refused(
    'a study named in look-alike letters',
    `study: ѕtudy\nsteps:\n  a: { use: no-op }\n`,
    '`study` must be in kebab-case',
  ),
  refused(
    'a study whose name turns the text around',
    `study: "a\\u202Eb"\nsteps:\n  a: { use: no-op }\n`,
    '`study` must be in kebab-case',
  ),
  refused(
    'a study of a very long name',
    `study: ${'a'.repeat(300)}\nsteps:\n  a: { use: no-op }\n`,
    '`study` must have at most 100 characters',
  ),
  refused(
    'a step named to leave its folder',
    `study: s\nsteps:\n  ../a: { use: no-op }\n`,
    'The name `../a` must begin with a letter',
  ),
  refused(
    'a step named with a terminal code',
    `study: s\nsteps:\n  "a\\e[31m": { use: no-op }\n`,
    'The name `a␛[31m` must begin with a letter',
  ),
  refused(
    'steps in a circle',
    `study: s\nsteps:\n  a: { use: no-op, in: { parts: b } }\n  b: { use: no-op, in: { parts: a } }\n`,
    'Steps need each other in a cycle: `a` needs `b` needs `a`.',
  ),
  refused(
    'graphs in a circle',
    `study: s\ngraphs:\n  g: { steps: { a: { use: graph/g } }, out: { o: a } }\nsteps:\n  a: { use: graph/g }\n`,
    'g',
  ),
  refused(
    'a file that imports itself',
    `study: s\nimport: [study.yaml]\nsteps:\n  a: { use: no-op }\n`,
    'The study imports itself.',
  ),
  refused('an unknown kind of step', step('{ use: ../../activities/steps/no-op }'), '`use` must name a step kind'),
  refused(
    '10^15 cells',
    `study: s\naxes: { i: { count: 100000 }, j: { count: 100000 }, k: { count: 100000 } }\nsteps:\n  a: { use: no-op, over: [i, j, k] }\n`,
    'The study would have 1,000,000,000,000,000 cells, and at most 200,000 are planned',
  ),
  refused(
    'a count that is no number',
    `study: s\naxes: { i: { count: .nan } }\nsteps:\n  a: { use: no-op, over: [i] }\n`,
    'The number .nan cannot be held exactly.',
  ),
  refused(
    'a count without end',
    `study: s\naxes: { i: { count: .inf } }\nsteps:\n  a: { use: no-op, over: [i] }\n`,
    'The number .inf cannot be held exactly.',
  ),
  refused(
    'a count below zero',
    `study: s\naxes: { i: { count: -3 } }\nsteps:\n  a: { use: no-op, over: [i] }\n`,
    '`count` must be a whole number above 0',
  ),
  refused(
    'a parameter that is no number',
    step('{ use: no-op, with: { sleep: .nan } }'),
    'The number .nan cannot be held exactly.',
  ),
  refused(
    'a parameter without end',
    step('{ use: no-op, with: { sleep: .inf } }'),
    'The number .inf cannot be held exactly.',
  ),
  refused(
    'bytes beyond all memory',
    step('{ use: no-op, with: { bytes: 1e300 } }'),
    '`bytes` must be a whole number from 0 up to 1073741824; it is `1e+300`.',
  ),
  refused(
    'a number with 400 digits',
    step(`{ use: no-op, with: { bytes: ${'9'.repeat(400)} } }`),
    'cannot be held exactly.',
  ),
  refused(
    'an expression of 1,500 parentheses',
    step(`{ use: no-op, with: { bytes: "\${${'('.repeat(1500)}1${')'.repeat(1500)}}" } }`),
    'This expression has 3001 characters; at most 2000 are read.',
  ),
  refused(
    'an expression that is endless',
    step(`{ use: no-op, with: { bytes: "\${${'1+'.repeat(60_000)}1}" } }`),
    'This expression has 120001 characters; at most 2000 are read.',
  ),
  refused(
    'an expression that reaches for the process',
    step('{ use: no-op, with: { bytes: "${process.exit(7)}" } }'),
    'Nothing here is called `process`',
  ),
  refused(
    'an expression that reaches for a constructor',
    step("{ use: no-op, with: { bytes: \"${''.constructor.constructor('return 1')()}\" } }"),
    'This expression cannot be read',
  ),
  refused(
    'macros in macros in macros',
    step('{ use: no-op, with: { bytes: "${size([1,2,3].map(a, [1,2,3].map(b, [1,2,3].map(c, a))))}" } }'),
    'Macros stand more than 2 deep in each other.',
  ),
  refused(
    'no file where one is named',
    `study: s\naxes: { p: { file: ../../../../nowhere.csv, column: id } }\nsteps:\n  a: { use: no-op, over: [p] }\n`,
    'There is no file `/nowhere.csv`.',
  ),
  refused(
    'a device in the place of a file',
    `study: s\naxes: { p: { file: /dev/zero, column: id } }\nsteps:\n  a: { use: no-op, over: [p] }\n`,
    'There is no file `/dev/zero`.',
  ),
  refused('a device as rows', step('{ use: load-rows, with: { path: /dev/zero } }'), 'There is no file `/dev/zero`.'),
  refused('a folder as rows', step('{ use: load-rows, with: { path: . } }'), 'There is no file `'),
  refused('a file name with a zero byte', step('{ use: load-rows, with: { path: "a\\0b" } }'), 'a␀b`.'),
  refused(
    'a file name of 5,000 characters',
    step(`{ use: load-rows, with: { path: ${'a'.repeat(5000)} } }`),
    'There is no file',
  ),
  {
    name: 'links in a circle',
    study: step('{ use: load-rows, with: { path: loop/rows.jsonl } }'),
    prepare: ({ folder }) => {
      symlinkSync('knot', path.join(folder, 'loop'));
      symlinkSync('loop', path.join(folder, 'knot'));
    },
    words: run,
    code: 2,
    says: ['loop/rows.jsonl`.'],
  },
  {
    name: 'a pipe in the place of a file',
    study: step('{ use: load-rows, with: { path: pipe.jsonl } }'),
    prepare: ({ folder }) => void execFileSync('mkfifo', [path.join(folder, 'pipe.jsonl')]),
    words: run,
    code: 2,
    says: ['pipe.jsonl`.'],
  },
  {
    name: 'a pipe as the study',
    built: true,
    words: ({ folder }) => ['run', path.join(folder, 'pipe.yaml')],
    prepare: ({ folder }) => void execFileSync('mkfifo', [path.join(folder, 'pipe.yaml')]),
    code: 2,
    says: ['There is no file', 'pipe.yaml`.'],
  },
  {
    name: 'an axis of binary rows',
    study: `study: s\naxes: { p: { file: p.csv, column: id } }\nsteps:\n  a: { use: no-op, over: [p] }\n`,
    prepare: ({ folder }) =>
      writeFileSync(path.join(folder, 'p.csv'), Uint8Array.from([0x69, 0x64, 0x0a, 0xff, 0xfe, 0x00])),
    words: run,
    code: 2,
    says: ['The file is not UTF-8 text.'],
  },
  {
    name: 'an axis whose file has no end of a quote',
    study: `study: s\naxes: { p: { file: p.csv, column: id } }\nsteps:\n  a: { use: no-op, over: [p] }\n`,
    prepare: ({ folder }) => writeFileSync(path.join(folder, 'p.csv'), 'id\n"open\n1\n2\n'),
    words: run,
    code: 2,
    says: ['A quote goes wrong on line 2.'],
  },
  { name: 'a study that is a folder', words: ({ folder }) => ['run', folder], code: 2, says: ['There is no file'] },
  {
    name: 'a study that is not there',
    built: true,
    words: ({ folder }) => ['run', path.join(folder, 'no\u0007pe.yaml')],
    code: 2,
    says: ['no␇pe.yaml:1:1'],
  },
  {
    name: 'a study that is a device',
    built: true,
    words: () => ['run', '/dev/zero'],
    code: 2,
    says: ['There is no file `/dev/zero`.'],
  },
];
