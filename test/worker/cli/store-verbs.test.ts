/** Damage, garbage collection and pins as they are used: the built command on a store that was filled without a server. */
import { readFileSync, readdirSync, truncateSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import { homeOf } from '../../../worker/home.ts';
import { attemptAll, cellNamed, dependencies, newRun, planOf } from '../../activities/rig.ts';
import { cleanUp } from '../server/rig.ts';
import { endCommands, espalier, espalierJson, newProject } from './rig.ts';

const study = `
study: small
axes: { i: { count: 3 } }
steps:
  part: { use: no-op, over: [i], with: { bytes: "\${i + 10}" } }
  join: { use: no-op, over: [], in: { parts: part } }
`;
const plan = planOf(study);

let project: ReturnType<typeof newProject>;
beforeEach(async () => {
  project = newProject(study);
  const store = await openFolderStore(homeOf(project.home).store);
  const { run } = await newRun(store, plan);
  await attemptAll(dependencies(store), run, plan);
  await store.appendEvents(run, [{ event: 'run-ended', at: new Date().toISOString(), state: 'done' }]);
  // As if it had been made days ago: nothing is young.
  const then = new Date(Date.now() - 3 * 86_400_000);
  for (const file of filesIn(project.home)) utimesSync(file, then, then);
});
afterAll(async () => {
  endCommands();
  await cleanUp();
});

function filesIn(home: string): string[] {
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name));
}

function blobOf(name: string): string {
  const { key } = cellNamed(plan, name);
  const root = homeOf(project.home).store;
  const record = JSON.parse(readFileSync(path.join(root, 'records', key.slice(0, 2), `${key}.json`), 'utf8'));
  const { digest } = record.outputs.out;
  return path.join(root, 'blobs', digest.slice(0, 2), digest);
}

test('a damaged result is never shown: it is said, set aside, and the same study run again makes it anew', async () => {
  truncateSync(blobOf('part[i=1]'), 50);
  const shown = await espalier(['table', 'part[i=1]'], project);
  expect(shown.code).toBe(3);
  expect(shown.out).toBe('');
  expect(shown.err).toContain('its record was set aside, so run again to make it anew');
  const { code, value, err } = await espalierJson(['run', project.study], project);
  expect(code, err).toBe(0);
  expect(value).toMatchObject({ executed: 1, cached: 3 });
  expect((await espalier(['table', 'part[i=1]'], project)).code).toBe(0);
}, 60_000);

test('a damaged input is made again in the middle of the run that needs it', async () => {
  truncateSync(blobOf('part[i=2]'), 50);
  const more = newProject(study.replace('in: { parts: part } }', 'in: { parts: part }, with: { bytes: 99 } }'));
  const { code, value, err } = await espalierJson(['run', more.study], { home: project.home });
  expect(code, err).toBe(0);
  expect(value).toMatchObject({ executed: 2, cached: 2, failed: 0 });
}, 60_000);

test('gc says what would go and what it costs, throws it away, and takes it back', async () => {
  const before = filesIn(project.home).length;
  const lines = (text: string) => text.trimEnd().split('\n');
  expect(lines((await espalier(['gc'], project)).out)[0]).toBe('nothing to throw away');
  const dry = await espalier(['gc', '--dry-run', '--older-than', '0m'], project);
  expect(lines(dry.out)[0]).toMatch(/^study +step +cells +size +to make again$/);
  expect(dry.out).toMatch(/would go to the trash: 4 cells, [\d.]+ kB in 12 files/);
  expect(lines(dry.out).every(line => line.length <= 80)).toBe(true);
  const { value } = await espalierJson(['gc', '--older-than', '0m'], project);
  expect(value).toMatchObject({ dry_run: false, moved: 12, purged: [], trash: [{ files: 12 }], kept: { records: 0 } });
  expect((await espalier(['status'], project)).out).toContain('small-1: done, 4 cells');
  expect((await espalier(['gc', '--undo'], project)).out).toBe('12 files taken back from the trash\n');
  expect((await espalier(['gc', '--undo'], project)).out).toBe('the trash is empty\n');
  expect(filesIn(project.home)).toHaveLength(before);
}, 60_000);

test('what is pinned stays, and goes when it is no longer', async () => {
  expect((await espalier(['pin', 'join'], project)).err).toMatch(/^pinned: join \([0-9a-f]{12}\), with all/);
  expect((await espalier(['pin'], project)).out).toMatch(
    /pinned +name +key +when\ncell +join +[0-9a-f]{12} +just now\n/,
  );
  expect(await espalierJson(['gc', '--older-than', '0m'], project)).toMatchObject({ value: { moved: 0 } });
  expect((await espalier(['unpin', 'join'], project)).code).toBe(0);
  const again = await espalier(['unpin', 'join'], project);
  expect(again).toMatchObject({ code: 2 });
  expect(again.err).toContain('join is not pinned. What is: espalier pin');
  expect(await espalierJson(['gc', '--older-than', '0m'], project)).toMatchObject({ value: { moved: 12 } });
}, 60_000);

test.each([
  [['gc', '--older-than', 'soon'], '--older-than is `soon`: give a number with m, h, d or w, such as 30d or 12h'],
  [['gc', '--grace', '1m'], '--grace is at least 1h'],
  [['gc', '--undo', '--dry-run'], '--undo stands alone'],
  [['pin', 'joim'], 'Did you mean `join`?'],
])('%j is refused with the way out', async (words, message) => {
  const { code, err } = await espalier(words, project);
  expect(code).toBe(2);
  expect(err).toContain(message);
});
