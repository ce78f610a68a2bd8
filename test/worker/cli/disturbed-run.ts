/** A study of sleeping and of heavy cells, and what must be true of its run however it was disturbed. */
import { expect } from 'vitest';
import type { CellRecord } from '../../../schemas/cell-record.ts';
import { openFolderStore } from '../../../store/folder/open-folder-store.ts';
import { homeOf } from '../../../worker/home.ts';
import { readLog } from './rig.ts';

/** 61 cells: twelve chains of a heavy cell and three sleeping ones, twelve heavy cells apart, and a join. */
export const sleepingStudy = `
study: sleeping
axes: { i: { count: 12 } }
steps:
  world: { use: make-world, over: [i], with: { facts: 9, pretraining_rows: 100, coupling_rows: 100, sft_rows: 50, pair_rows: 50, advice_rows: 50 }, seed: { world: i, pretraining: 0 } }
  kept: { use: subset-rows, in: { rows: world.coupling }, with: { fraction: 0.5 }, seed: { subset: 1 } }
  nap: { use: no-op, in: { parts: kept.rows }, with: { sleep: 0.5 } }
  rest: { use: no-op, in: { parts: nap }, with: { sleep: 0.5, bytes: 10 } }
  other: { use: make-world, over: [i], with: { facts: 9, pretraining_rows: 100, coupling_rows: 100, sft_rows: 50, pair_rows: 50, advice_rows: 50 }, seed: { world: "\${i + 100}", pretraining: 0 } }
  join: { use: no-op, over: [], in: { parts: rest } }
`;

export const sleepingCells = 61;

async function recordsOf(home: string, run: string): Promise<Map<string, CellRecord>> {
  const { cells, nameOf } = await readLog(home, run);
  const store = await openFolderStore(homeOf(home).store);
  const records = await Promise.all(
    cells.map(async cell => [nameOf(cell.index), (await store.record(cell.key, run))!] as const),
  );
  return new Map(records);
}

/** Digests of all outputs of a run, by cell and port. */
export async function digestsOf(home: string, run: string): Promise<Record<string, string>> {
  const records = await recordsOf(home, run);
  return Object.fromEntries(
    [...records].flatMap(([name, { outputs }]) =>
      Object.entries(outputs).map(([port, { digest }]) => [`${name}.${port}`, digest] as const),
    ),
  );
}

/**
 * No cell was worked at after it was published: no start follows its end in the log, and every end that the log has of
 * it tells the seconds of the one work that its record is of.
 */
export async function expectNothingTwice(home: string, run: string): Promise<void> {
  const { events, cells, nameOf } = await readLog(home, run);
  const records = await recordsOf(home, run);
  const ended = new Set<number>();
  const twice: string[] = [];
  for (const event of events) {
    if (event.event === 'cell-started' && ended.has(event.cell)) twice.push(`${nameOf(event.cell)} was started again`);
    if (event.event !== 'cell-ended' || event.state !== 'done') continue;
    ended.add(event.cell);
    if (event.seconds !== records.get(nameOf(event.cell))?.seconds) twice.push(`${nameOf(event.cell)} was done twice`);
  }
  expect(twice).toEqual([]);
  const cached = events.flatMap(event => (event.event === 'cells-cached' ? event.ranges : []));
  const known = cells.filter(({ index }) => ended.has(index) || cached.some(([a, b]) => a <= index && index <= b));
  expect(known).toHaveLength(cells.length);
}
