/** What every store must do with runs and their events. */
import { readdirSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../schemas/identity.ts';
import { MissingRunError, UnsafeNameError } from '../../../store/errors.ts';
import { EventCursorError } from '../../../store/event-page.ts';
import type { Store } from '../../../store/store.ts';
import { keyOf, sampleRun, started } from '../sample-records.ts';

export function runSuite(current: () => Store): void {
  describe('runs', () => {
    const plan = digestOf('plan');
    const createRun = (study: string, created?: string) => current().createRun(sampleRun(study, plan, created));

    test('runs of a study are numbered, also when made at once', async () => {
      const made = await Promise.all(Array.from({ length: 8 }, () => createRun('study')));
      expect(made.map(({ run }) => run).sort()).toEqual(
        Array.from({ length: 8 }, (_, index) => `study-${index + 1}`).sort(),
      );
      expect((await createRun('study-1')).run).toBe('study-1-1');
      expect((await createRun('study')).run).toBe('study-9');
    });

    test('each run has a folder of its own for logs, and a run that is not there has none', async () => {
      const [one, other] = [await createRun('study'), await createRun('study')];
      const folders = await Promise.all([one, other].map(({ run }) => current().logFolder(run)));
      try {
        expect(await current().logFolder(one.run)).toBe(folders[0]);
        expect(folders[1]).not.toBe(folders[0]);
        for (const folder of folders) expect(readdirSync(folder)).toEqual([]);
        await expect(current().logFolder('study-9')).rejects.toThrow(MissingRunError);
      } finally {
        for (const folder of folders) rmSync(folder, { recursive: true });
      }
    });

    test('runs come back oldest first', async () => {
      await createRun('late', '2026-01-03T00:00:00.000Z');
      await createRun('early', '2026-01-01T00:00:00Z');
      for (let number = 1; number <= 11; number += 1) await createRun('middle', '2026-01-02T00:00:00Z');
      const runs = await current().runs();
      expect(runs.map(({ run }) => run)).toEqual([
        'early-1',
        ...Array.from({ length: 11 }, (_, index) => `middle-${index + 1}`),
        'late-1',
      ]);
      expect(await current().run('late-1')).toEqual({
        ...sampleRun('late', plan, '2026-01-03T00:00:00.000Z'),
        run: 'late-1',
      });
      expect(await current().run('late-2')).toBeUndefined();
    });

    test('a file of a run may lie in a folder of it', async () => {
      const { run } = await createRun('study');
      expect(await current().writeRunFile(run, 'figures/a.svg', '<svg/>')).toMatch(/figures.a\.svg$/);
      for (const name of ['figures/../a', 'figures//a', '/figures/a', 'figures/', 'figures/.a'])
        await expect(current().writeRunFile(run, name, '')).rejects.toThrow(UnsafeNameError);
    });

    test('a run is not called as if it lay in a folder', async () => {
      await expect(current().run('a/b')).rejects.toThrow(UnsafeNameError);
      await expect(current().writeRunFile('a/b', 'report.html', '')).rejects.toThrow(UnsafeNameError);
      await expect(createRun('a/b')).rejects.toThrow(UnsafeNameError);
    });

    test.each(['../x', '..', '.', '', 'a\\b', '/etc', 'a\0b', '-x', '.hidden', 'x'.repeat(121), 'a b', 'ä'])(
      'a run or file called %j is refused',
      async name => {
        const { run } = await createRun('study');
        await expect(current().run(name)).rejects.toThrow(UnsafeNameError);
        await expect(current().events(name)).rejects.toThrow(UnsafeNameError);
        await expect(current().appendEvents(name, [])).rejects.toThrow(UnsafeNameError);
        await expect(current().writeRunFile(name, 'report.html', '')).rejects.toThrow(UnsafeNameError);
        await expect(current().writeRunFile(run, name, '')).rejects.toThrow(UnsafeNameError);
        await expect(createRun(name)).rejects.toThrow(UnsafeNameError);
        await expect(current().record(keyOf('a'), name)).rejects.toThrow(UnsafeNameError);
      },
    );

    test('events come back in order, and a cursor goes on where it was left', async () => {
      const { run } = await createRun('study');
      expect(await current().events(run)).toMatchObject({ events: [] });
      const [first, second, third] = [started(1, 1), started(2, 2), started(3, 3)];
      await current().appendEvents(run, [first, second]);
      const page = await current().events(run);
      expect(page.events).toEqual([first, second]);
      expect((await current().events(run, page.cursor)).events).toEqual([]);
      await current().appendEvents(run, [third]);
      const next = await current().events(run, page.cursor);
      expect(next.events).toEqual([third]);
      expect((await current().events(run, next.cursor)).events).toEqual([]);
      expect((await current().events(run)).events).toEqual([first, second, third]);
    });

    test('events appended at the same time keep the order of the calls', async () => {
      const { run } = await createRun('study');
      const events = Array.from({ length: 200 }, (_, cell) => started(cell, 0));
      await Promise.all(events.map(event => current().appendEvents(run, [event])));
      expect((await current().events(run)).events).toEqual(events);
    });

    test('an event that could not be read back is refused', async () => {
      const { run } = await createRun('study');
      const at = '2026-01-02T00:00:00Z';
      const progress = { event: 'cell-progress', at, cell: 1, step: 1, steps: 2, loss: Number.NaN } as const;
      await expect(current().appendEvents(run, [progress])).rejects.toThrow('internal:');
    });

    test('events and files of a run that is not there are refused, and so is a foreign cursor', async () => {
      await expect(current().events('study-1')).rejects.toThrow(MissingRunError);
      await expect(current().appendEvents('study-1', [])).rejects.toThrow(MissingRunError);
      await expect(current().writeRunFile('study-1', 'report.html', '')).rejects.toThrow(MissingRunError);
      const { run } = await createRun('study');
      await expect(current().events(run, 'not a cursor')).rejects.toThrow(EventCursorError);
    });

    test('a file of a run is written and written again, but never over what the store keeps there', async () => {
      const { run } = await createRun('study');
      const path = await current().writeRunFile(run, 'report.html', 'old');
      expect(path).toContain('report.html');
      expect(await current().writeRunFile(run, 'report.html', 'new')).toBe(path);
      await expect(current().writeRunFile(run, 'run.json', '{}')).rejects.toThrow("the store's own");
    });
  });
}
