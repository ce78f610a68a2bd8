/** What the end of an external trainer means. */
import { describe, expect, test } from 'vitest';
import { type TrainerEnd, trainerFailure } from '../../../activities/trainer/trainer-failure.ts';

const end = (change: Partial<TrainerEnd>): TrainerEnd => ({
  code: 1,
  signal: null,
  stderr: [],
  memoryKilled: false,
  ...change,
});
const classOf = (change: Partial<TrainerEnd>, rules: Parameters<typeof trainerFailure>[1] = []) =>
  trainerFailure(end(change), rules).class;

describe('what a trainer says on stderr gives the class of its failure:', () => {
  test.each([
    ['torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB', 'out-of-memory'],
    ['RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`', 'out-of-memory'],
    ['MemoryError', 'out-of-memory'],
    ['OSError: [Errno 28] No space left on device: checkpoint-300', 'quota'],
    ['OSError: [Errno 122] Disk quota exceeded', 'quota'],
    ['requests.exceptions.HTTPError: 429 Client Error: Too Many Requests for url', 'quota'],
    ['ValueError: loss is nan at step 17', 'diverged'],
    ['FloatingPointError: gradient overflow', 'diverged'],
    ['requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url', 'user'],
    ['Access to model x is restricted: it is a gated repo', 'user'],
    ['torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:1691', 'infrastructure'],
    ['Watchdog caught collective operation timeout: WorkNCCL(SeqNum=7)', 'infrastructure'],
    ['RuntimeError: CUDA error: uncorrectable ECC error encountered', 'infrastructure'],
    ['ConnectionError: Connection reset by peer', 'infrastructure'],
    ["KeyError: 'messages'", 'user'],
    ['', 'user'],
  ] as const)('%s is %s', (line, expected) => {
    expect(classOf({ stderr: ['before', line, 'after'] })).toBe(expected);
  });
});

describe('without a word, the way it ended does:', () => {
  test.each([
    [{ signal: 'SIGKILL', code: null, memoryKilled: true }, 'out-of-memory'],
    [{ signal: 'SIGKILL', code: null }, 'infrastructure'],
    [{ code: 137, memoryKilled: true }, 'out-of-memory'],
    [{ signal: 'SIGTERM', code: null }, 'preempted'],
    [{ code: 143 }, 'preempted'],
    [{ signal: 'SIGSEGV', code: null }, 'infrastructure'],
    [{ code: 139 }, 'infrastructure'],
    [{ code: 2 }, 'user'],
  ] as const)('%o is %s', (change, expected) => expect(classOf(change)).toBe(expected));
});

test('the study’s own table comes before ours, its first row that fits counts', () => {
  const rules = [
    { exit: 42, class: 'quota' },
    { stderr: 'CUDA out of .emory', class: 'infrastructure' },
    { exit: 7, class: 'refused' },
  ] as const;
  expect(classOf({ code: 42, stderr: ['CUDA out of memory'] }, rules)).toBe('quota');
  expect(classOf({ code: 7, stderr: ['CUDA out of memory'] }, rules)).toBe('infrastructure');
  expect(classOf({ code: 7 }, rules)).toBe('refused');
  expect(classOf({ code: 8, stderr: ['MemoryError'] }, rules)).toBe('out-of-memory');
});

test('the message is the error’s own line, or the last words', () => {
  const traceback = ['Traceback (most recent call last):', '  File "train.py", line 3', "KeyError: 'x'", 'bye'];
  expect(trainerFailure(end({ stderr: traceback }), []).message).toBe(
    "its trainer ended with code 1; it said: KeyError: 'x'",
  );
  expect(trainerFailure(end({ stderr: ['a', 'b', 'c', 'd'], signal: 'SIGABRT', code: null }), []).message).toBe(
    'its trainer was ended by SIGABRT; it said: b | c | d',
  );
});
