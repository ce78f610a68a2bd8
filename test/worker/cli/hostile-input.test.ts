import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp } from '../server/rig.ts';
import { withinThisProcess } from './hostile/in-process.ts';
import { hostileFlags } from './hostile/flags.ts';
import { type HostileCase, finishedHome, listing, placeFor } from './hostile/place.ts';
import { hostileStores } from './hostile/stores.ts';
import { hostileStudies } from './hostile/studies.ts';
import { endCommands, espalier } from './rig.ts';

let finished: Awaited<ReturnType<typeof finishedHome>>;

beforeAll(async () => void (finished = await finishedHome()));
afterAll(async () => {
  endCommands();
  await cleanUp();
});

async function expectRefusal(hostile: HostileCase, isBuilt: boolean) {
  const place = placeFor(hostile, finished);
  const before = listing(place.folder, hostile.mayWrite);
  const words = hostile.words(place);
  const { code, out, err } = isBuilt
    ? await espalier(words, { home: place.home, folder: place.folder })
    : await withinThisProcess(words, place.home);
  // Long messages are wrapped; where is not the point here.
  const said = err.replaceAll(/\s+/g, ' ');
  for (const text of hostile.says) expect(said).toContain(text);
  expect(said).not.toMatch(/internal:|[^\n] at \S+ \(|TypeError|\p{Cc}/u);
  expect({ code, out }).toEqual({ code: hostile.code, out: '' });
  expect(listing(place.folder, hostile.mayWrite)).toEqual(before);
}

const cases = [...hostileStudies, ...hostileFlags, ...hostileStores];
const within = cases.filter(({ built }) => built !== true);
const built = cases.filter(({ built: isBuilt }) => isBuilt === true);

test.each(within)('$name is refused, and nothing is written', async hostile => {
  await expectRefusal(hostile, false);
});

test('the built command refuses what only a process of its own can meet', { timeout: 120_000 }, async () => {
  for (let at = 0; at < built.length; at += 3)
    await Promise.all(built.slice(at, at + 3).map(hostile => expectRefusal(hostile, true)));
});
