import { expect, test } from 'vitest';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { whatChanged } from '../../../worker/run/what-changed.ts';
import { newRun, planOf } from '../../activities/rig.ts';

const study = (bytes: string, width = 3) => `
study: chain
axes: { i: { count: ${width} } }
steps:
  first: { use: no-op, over: [i], with: { bytes: 1 } }
  second: { use: no-op, in: { parts: first }, with: { bytes: '\${${bytes}}' } }
  third: { use: no-op, in: { parts: second }, with: { bytes: 3 } }
  join: { use: no-op, over: [], in: { parts: third }, with: { bytes: 4 } }
`;

async function changed(before: string, after: string) {
  const store = createMemoryStore();
  await newRun(store, planOf(before));
  return whatChanged(store, planOf(after));
}

test('a changed parameter is named at its step, and what follows from it is counted', async () => {
  expect(await changed(study('2'), study('i == 1 ? 5 : 2'))).toEqual({
    since: 'chain-1',
    changes: [{ step: 'second', field: 'with.bytes', before: 2, after: 5, cells: 1 }],
    below: 2,
    added: 0,
    orphaned: 0,
  });
});

test('the same change in many cells is one', async () => {
  expect(await changed(study('2'), study('7'))).toMatchObject({
    changes: [{ step: 'second', field: 'with.bytes', before: 2, after: 7, cells: 3 }],
    below: 4,
  });
});

test('a wider axis adds cells, and more parts arrive where it is gathered', async () => {
  expect(await changed(study('2'), study('2', 4))).toEqual({
    since: 'chain-1',
    changes: [{ step: 'join', field: 'inputs.parts.parts', before: 3, after: 4, cells: 1 }],
    below: 0,
    added: 3,
    orphaned: 0,
  });
});

test('cells whose names are no more are orphaned', async () => {
  expect(await changed(study('2', 4), study('2', 3))).toMatchObject({ added: 0, orphaned: 3 });
});

test('there is nothing to say of a study that has not run here, or has not changed', async () => {
  expect(await whatChanged(createMemoryStore(), planOf(study('2')))).toBeUndefined();
  expect(await changed(study('2'), study('2'))).toBeUndefined();
});

test('ports of a report are named whole', async () => {
  const reported = (width: number) => `${study('2', width)}
report:
  title: a report
  sections:
    - title: rows
      table: { from: third.out }
`;
  const found = await changed(reported(3), reported(4));
  expect(found?.changes.map(({ step, field, before, after }) => [step, field, before, after])).toEqual([
    ['join', 'inputs.parts.parts', 3, 4],
    ['report', 'inputs.third.out.parts', 3, 4],
  ]);
});
