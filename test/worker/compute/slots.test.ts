import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Room, createSlots } from '../../../worker/compute/slots.ts';

const settled = () => new Promise(resolve => setImmediate(resolve));

/** Asks for room, and notes by name when it is given. */
function queue(total: Room) {
  const slots = createSlots(total);
  const given: string[] = [];
  const releases = new Map<string, () => void>();
  const ask = async (name: string, asked: Room, signal = new AbortController().signal) => {
    releases.set(name, await slots.take(asked, signal));
    given.push(name);
  };
  return { given, ask, release: (name: string) => releases.get(name)!() };
}

test('room is given in the order of asking: what asks for little does not overtake what asks for much', async () => {
  const { given, ask, release } = queue({ cpu: 2, memory: 10 });
  void ask('one', { cpu: 1, memory: 1 });
  void ask('large', { cpu: 2, memory: 1 });
  void ask('little', { cpu: 1, memory: 1 });
  await settled();
  expect(given).toEqual(['one']);
  release('one');
  await settled();
  expect(given).toEqual(['one', 'large']);
  release('large');
  await settled();
  expect(given).toEqual(['one', 'large', 'little']);
});

test('memory is room as cores are', async () => {
  const { given, ask, release } = queue({ cpu: 8, memory: 10 });
  void ask('a', { cpu: 1, memory: 6 });
  void ask('b', { cpu: 1, memory: 6 });
  await settled();
  expect(given).toEqual(['a']);
  release('a');
  // A release that is repeated gives nothing more.
  release('a');
  await settled();
  void ask('c', { cpu: 1, memory: 6 });
  await settled();
  expect(given).toEqual(['a', 'b']);
});

test('what gives up waiting lets the next one go ahead', async () => {
  const { given, ask, release } = queue({ cpu: 2, memory: 10 });
  void ask('one', { cpu: 1, memory: 1 });
  const stopping = new AbortController();
  const large = ask('large', { cpu: 2, memory: 1 }, stopping.signal);
  void ask('little', { cpu: 1, memory: 1 });
  await settled();
  stopping.abort(new Error('no longer wanted'));
  await expect(large).rejects.toThrow('no longer wanted');
  await settled();
  expect(given).toEqual(['one', 'little']);
  release('one');
  await expect(ask('late', { cpu: 1, memory: 1 }, AbortSignal.abort(new Error('too late')))).rejects.toThrow(
    'too late',
  );
});

test('whatever is asked for and given back, no more is out than there is, and everybody is served in the end', async () => {
  const total = { cpu: 4, memory: 100 };
  const asks = fc.array(fc.record({ cpu: fc.integer({ min: 1, max: 4 }), memory: fc.integer({ min: 1, max: 100 }) }), {
    minLength: 1,
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(asks, async asked => {
      const { given, ask, release } = queue(total);
      for (const [index, room] of asked.entries()) void ask(String(index), room);
      for (let released = 0; released < asked.length; released++) {
        await settled();
        const out = given.slice(released).map(name => asked[Number(name)]!);
        expect(out.length).toBeGreaterThan(0);
        expect(out.reduce((sum, { cpu }) => sum + cpu, 0)).toBeLessThanOrEqual(total.cpu);
        expect(out.reduce((sum, { memory }) => sum + memory, 0)).toBeLessThanOrEqual(total.memory);
        release(given[released]!);
      }
      expect(given).toEqual(asked.map((_, index) => String(index)));
    }),
    { seed: 1, numRuns: 50 },
  );
});
