import { chmodSync, readdirSync } from 'node:fs';
import path from 'node:path';
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

/** Nobody's, as systems have it; for a user who is not root, permissions alone do. */
const nobody = process.getuid?.() === 0 ? 65_534 : undefined;

test('a store that may only be read is looked at, and a run refused', { timeout: 60_000 }, async () => {
  const place = placeFor({ name: 'read-only', used: true, words: () => [], code: 3, says: [] }, finished);
  permit(place.folder, 0o555, 0o444);
  const before = listing(place.folder);
  const options = { home: place.home, folder: place.folder, user: nobody };
  try {
    const status = await espalier(['status'], options);
    expect(status).toMatchObject({ code: 0, err: '' });
    const run = await espalier(['run', place.study], options);
    expect(run).toMatchObject({ code: 3, out: '' });
    expect(run.err).toContain(`the home ${place.home} cannot be written (EACCES)`);
    expect(listing(place.folder)).toEqual(before);
  } finally {
    permit(place.folder, 0o755, 0o644);
  }
});

/** Sets what everybody may do with the folders and files below a folder. */
function permit(folder: string, folders: number, files: number): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) permit(file, folders, files);
    else chmodSync(file, files);
  }
  chmodSync(folder, folders);
}
