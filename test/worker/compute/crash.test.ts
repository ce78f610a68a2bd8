import { expect, test } from 'vitest';
import { memoryKills } from '../../../activities/memory-kills.ts';
import { crashFailure } from '../../../worker/compute/crash.ts';

const uncaught = [
  'file:///compute.js:10',
  '      throw new TypeError("x is no list");',
  '            ^',
  'TypeError: x is no list',
  '    at run (file:///compute.js:10:13)',
  'Node.js v20.20.2',
];
const heap = [
  '<--- Last few GCs --->',
  '[1:0x2] 855 ms: Mark-Compact 72.5 (90.0) -> 65.6 (99.2) MB',
  '<--- JS stacktrace --->',
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  '----- Native stack trace -----',
  ...Array.from({ length: 30 }, (_, frame) => ` ${frame + 1}: 0xb78db3 node::OOMErrorHandler`),
];

test.each([
  ['an exit without a word', { code: 3, signal: null }, [], 'infrastructure', 'ended with code 3'],
  ['a kill', { code: null, signal: 'SIGKILL' }, [], 'infrastructure', 'was ended by SIGKILL'],
  ['an end that nobody saw', { code: null, signal: null }, [], 'infrastructure', 'ended with code unknown'],
  [
    'an error that nobody caught',
    { code: 1, signal: null },
    uncaught,
    'infrastructure',
    'ended with code 1; last output: TypeError: x is no list',
  ],
  [
    'a heap that is full',
    { code: null, signal: 'SIGABRT' },
    heap,
    'out-of-memory',
    'was ended by SIGABRT; last output: FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  ],
  [
    'an allocation in native code that fails',
    { code: null, signal: 'SIGABRT' },
    ["terminate called after throwing an instance of 'std::bad_alloc'", '  what():  std::bad_alloc'],
    'out-of-memory',
    "was ended by SIGABRT; last output: terminate called after throwing an instance of 'std::bad_alloc' |   what():  std::bad_alloc",
  ],
  [
    'other last words',
    { code: null, signal: 'SIGSEGV' },
    ['one', 'two', 'three', 'four', '    at somewhere'],
    'infrastructure',
    'was ended by SIGSEGV; last output: two | three | four',
  ],
] as const)('%s is told by what it says of itself', (...[, end, output, failureClass, how]) => {
  const failure = crashFailure(end, output, memoryKills());
  expect({ class: failure.class, message: failure.message }).toEqual({
    class: failureClass,
    message: `its compute process ${how}`,
  });
});

test('a kill counts as out of memory where the kernel has killed for memory meanwhile', () => {
  const killed = crashFailure({ code: null, signal: 'SIGKILL' }, [], memoryKills() - 1);
  expect(killed.class).toBe('out-of-memory');
  expect(crashFailure({ code: 137, signal: null }, [], memoryKills() - 1).class).toBe('infrastructure');
});
