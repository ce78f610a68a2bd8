/** `rerun`, `plan --against` and `explain` on a real server: exactly what failed is run again, and every cell can say why. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { numbersIn } from '../../../schemas/ranges.ts';
import { cleanUp } from '../server/rig.ts';
import {
  type Project,
  type StartedCommand,
  endCommands,
  espalier,
  espalierJson,
  keepUp,
  madeBy,
  newProject,
  readLog,
} from './rig.ts';
import { errorShape, explainShape, planShape, rerunShape, runShape } from './shapes.ts';

const study = `
study: again
params: { late: 1, nap: { type: float, default: 0 }, broken: { type: list, default: [] } }
axes: { i: { count: 4 } }
steps:
  root: { use: no-op, with: { sleep: "\${nap}" } }
  early: { use: no-op, over: [i], in: { parts: root }, with: { bytes: 2 } }
  late: { use: no-op, in: { parts: early }, with: { bytes: "\${late}", fail: "\${i in broken}" } }
  after: { use: no-op, in: { parts: late } }
  join: { use: no-op, over: [], in: { parts: after } }
`;

// Every test starts several commands, each a process of its own.
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
let up: StartedCommand | undefined;

const started = async (words: readonly string[], of: Project = project) => {
  const { code, value } = await espalierJson(words, of);
  return { code, ...runShape.parse(value) };
};
const dry = async (...words: string[]) => {
  const { code, value } = await espalierJson(['rerun', ...words, '--dry-run'], project);
  expect(code).toBe(0);
  return rerunShape.parse(value);
};
const explained = async (cell: string, run: string) => {
  const { code, value } = await espalierJson(['explain', cell, '--run', run], project);
  expect(code).toBe(0);
  return explainShape.parse(value);
};

/** Names of the cells that a run came to an end with itself, as `name state`; what it found or left has other events. */
async function endedIn(run: string): Promise<string[]> {
  const { events, nameOf } = await readLog(project.home, run);
  return events
    .flatMap(event => (event.event === 'cell-ended' ? [`${nameOf(event.cell)} ${event.state}`] : []))
    .toSorted();
}

beforeAll(async () => {
  project = newProject(study);
  up = await keepUp(project.home);
  // again-1: two fail, which blocks five.
  await espalier(['run', project.study, '--set', 'broken=1,3'], project);
});
afterAll(async () => {
  up?.child.kill('SIGINT');
  expect((await up?.finished)?.code ?? 0).toBe(0);
  endCommands();
  await cleanUp();
});

describe('rerun', () => {
  const troubled = ['after[i=1]', 'after[i=3]', 'join', 'late[i=1]', 'late[i=3]'];

  test('runs exactly what failed and what was blocked, as a run that knows its origin', async () => {
    const shown = await dry('again-1');
    expect(shown.cells.map(({ cell }) => cell).toSorted()).toEqual(troubled);
    expect(shown.cells.map(({ was }) => was).toSorted()).toEqual(['blocked', 'blocked', 'blocked', 'failed', 'failed']);
    expect(shown.left).toEqual([]);
    const again = await started(['rerun', 'again-1']);
    expect(again).toMatchObject({ code: 1, origin: 'again-1', executed: 0, cached: 9, failed: 2, blocked: 3 });
    expect((await endedIn(again.run)).map(end => end.replace(/ \w+$/, ''))).toEqual(troubled);
    const { events } = await readLog(project.home, again.run);
    expect(events.find(({ event }) => event === 'run-planned')).toMatchObject({
      since: 'again-1',
      reused: [{ run: 'again-1' }],
    });
  });

  test('with --cells runs those for which it holds and what waited for them, and leaves the others as they were', async () => {
    const again = await started(['rerun', 'again-1', '--cells', 'i < 2 && class == "user"']);
    expect(again).toMatchObject({ code: 1, executed: 0, cached: 9, failed: 2, blocked: 3 });
    expect(await endedIn(again.run)).toEqual(['after[i=1] blocked', 'late[i=1] failed']);
    const { events, nameOf } = await readLog(project.home, again.run);
    const left = events.flatMap(event =>
      event.event === 'cells-left' ? [...numbersIn(event.ranges)].map(cell => `${nameOf(cell)} ${event.state}`) : [],
    );
    expect(left.toSorted()).toEqual(['after[i=3] blocked', 'join blocked', 'late[i=3] failed']);
    const told = await explained('late[i=3]', again.run);
    expect(told).toMatchObject({
      state: 'failed',
      class: 'user',
      reason: 'left as it was in again-1: it was asked to fail',
    });
    // The run of before is as it was.
    expect((await dry('again-1')).cells).toHaveLength(5);
  });

  test('with --set shows what differs first, and makes exactly what that says', async () => {
    const flags = ['again-1', '--set', 'broken=[]', '--set', 'late=2'];
    const shown = await dry(...flags);
    expect(
      shown.changed?.changes.map(({ step, field, before, after, cells }) => [step, field, before, after, cells]),
    ).toEqual([
      ['late', 'with.bytes', 1, 2, 4],
      ['late', 'with.fail', true, false, 2],
    ]);
    const again = await started(['rerun', ...flags]);
    expect(again).toMatchObject({ code: 0, executed: 9, cached: 5, failed: 0 });
    expect((await madeBy(project.home, again.run)).toSorted()).toEqual(shown.cells.map(({ cell }) => cell).toSorted());
    // Its own rerun starts from its flags, not from the defaults.
    const next = await dry(again.run, '--set', 'broken=0');
    expect(next.changed?.changes).toEqual([{ step: 'late', field: 'with.fail', before: false, after: true, cells: 1 }]);
    const nothing = await espalier(['rerun', again.run], project);
    expect(nothing).toMatchObject({ code: 0, out: `rerun of ${again.run}: 0 cells\n` });
  });

  test('says before it starts anything what is wrong with what it was given', async () => {
    const runs = async () => (await espalierJson(['ls'], project)).value;
    const before = await runs();
    const wrong: [string[], RegExp][] = [
      [['again-9'], /no run `again-9`/],
      [['again-1', '--cells', 'i = 1'], /Compare with `==`/],
      [['again-1', '--cells', 'i > 7'], /no cell of again-1/],
      [['again-1', '--cells', 'i == 0'], /have results, such as .*never changes.*--set/],
      [['again-1', '--cells', 'step == "join"'], /join cannot run: it needs after\[i=1\]/],
      [['again-1', '--resources', 'cpu=many'], /`cpu` must be a number above 0/],
    ];
    for (const [words, message] of wrong) {
      const { code, value } = await espalierJson(['rerun', ...words], project);
      expect(code, words.join(' ')).toBe(2);
      expect(errorShape.parse(value).error).toMatch(message);
    }
    const unknown = await espalierJson(['rerun', 'again-1', '--set', 'brokn=1'], project);
    expect(unknown).toMatchObject({ code: 2, value: { ok: false } });
    expect(await runs()).toEqual(before);
  });

  test('with --resources changes what the cells that run again ask for, and no key', async () => {
    const heavy = newProject(`
study: rooms
axes: { i: { count: 3 } }
steps:
  rows: { use: load-rows, over: [i], with: { path: "rows-\${i}.jsonl" }, resources: { cpu: "\${i == 1 ? 99 : 1}" } }
  below: { use: no-op, in: { parts: rows } }
`);
    for (const i of [0, 1, 2])
      writeFileSync(path.join(path.dirname(heavy.study), `rows-${i}.jsonl`), `{"text":"${i}"}\n`);
    const on = { home: project.home, study: heavy.study };
    expect(await started(['run', on.study], on)).toMatchObject({ code: 1, executed: 4, failed: 1, blocked: 1 });
    const again = await started(['rerun', 'rooms-1', '--resources', 'rows:cpu=1,time=5m'], on);
    expect(again).toMatchObject({ code: 0, state: 'done', executed: 2, cached: 4 });
    expect(await madeBy(on.home, again.run)).toEqual(['rows[i=1]', 'below[i=1]']);
    const [before, after] = await Promise.all([readLog(on.home, 'rooms-1'), readLog(on.home, again.run)]);
    expect(after.cells.map(({ key }) => key)).toEqual(before.cells.map(({ key }) => key));
    expect(after.cells.map(({ resources: { cpu, time } }) => `${cpu} ${time}`)).toEqual(
      before.cells.map(({ step, at, resources: { cpu, time } }) =>
        step === 'rows' && at['i'] === 1 ? '1 300' : `${cpu} ${time}`,
      ),
    );
  });
});

describe('plan --against', () => {
  test('tells new, reused, invalidated, unmade and orphaned cells by step, and who made what is reused', async () => {
    const narrow = newProject(study.replace('count: 4', 'count: 3').replace('late: 1', 'late: 7'));
    const on = { home: project.home, study: narrow.study };
    const { code, value } = await espalierJson(['plan', on.study, '--against', 'again-1'], on);
    expect(code).toBe(0);
    const { against } = planShape.parse(value);
    expect(against).toMatchObject({ run: 'again-1', new: 0, reused: 4, invalidated: 7, unmade: 0, orphaned: 3 });
    expect(against?.reused_from).toEqual([{ run: 'again-1', cells: 4 }]);
    const late = { new: 0, reused: 0, invalidated: 3, unmade: 0, orphaned: 1 };
    expect(against?.steps.find(({ step }) => step === 'late')).toEqual({ step: 'late', ...late });
    expect(against?.changes).toContainEqual({ step: 'late', field: 'with.bytes', before: 1, after: 7, cells: 3 });
    const text = await espalier(['plan', on.study, '--against', 'again-1'], on);
    for (const line of text.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text.out).toContain('reused from again-1 (4)');
    const same = await espalierJson(['plan', project.study, '--set', 'broken=1,3', '--against', 'again-1'], project);
    expect(planShape.parse(same.value).against).toMatchObject({ unmade: 5, reused: 9, invalidated: 0 });
    const nowhere = await espalierJson(['plan', project.study, '--against', 'again-99'], project);
    expect(nowhere.code).toBe(2);
  });
});

describe('explain', () => {
  test('a blocked cell leads to the cell that failed, and its reason', async () => {
    const told = await explained('join', 'again-1');
    expect(told.chain.map(({ cell, state }) => `${cell} ${state}`)).toEqual(['after[i=1] blocked', 'late[i=1] failed']);
    expect(told.chain.at(-1)).toMatchObject({ class: 'user', reason: 'it was asked to fail' });
    expect(told).toMatchObject({ state: 'blocked', record: null, planned: { new: [{ why: 'first' }], reused: null } });
  });

  test('a cell made from what changed names the cell and field that did, beside the nearest earlier key', async () => {
    const run = await started(['run', project.study, '--set', 'late=9']);
    const late = await explained('late[i=2]', run.run);
    expect(late).toMatchObject({ state: 'done', record: { run: run.run, found_by: 'made here' } });
    const [why] = late.planned?.new ?? [];
    expect(why).toMatchObject({ why: 'changed', field: 'with.bytes', after: 9 });
    expect(late.nearest).toMatchObject({ cell: 'late[i=2]', run: late.planned?.since });
    expect(late.parts.filter(({ differs }) => differs)).toEqual([
      { field: 'with.bytes', here: 9, there: why?.before, differs: true },
    ]);
    const after = await explained('after[i=2]', run.run);
    expect(after.planned?.new).toEqual([{ why: 'below', field: 'inputs.parts' }]);
    expect(after.planned?.through.map(({ cell }) => cell)).toEqual(['late[i=2]']);
    const text = await espalier(['explain', 'after[i=2]', '--run', run.run], project);
    for (const line of text.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const root = await explained('root', run.run);
    expect(root).toMatchObject({
      state: 'cached',
      planned: { reused: 'again-1', new: [] },
      record: { run: 'again-1', name: 'root', found_by: 'key' },
      nearest: null,
    });
  });

  test('work that gave the same bytes from another recipe is reused by content', async () => {
    await started(['run', project.study]);
    const run = await started(['run', project.study, '--set', 'nap=0.01']);
    expect(run).toMatchObject({ code: 0, executed: 1, cached: 13 });
    const early = await explained('early[i=0]', run.run);
    expect(early).toMatchObject({
      state: 'cached',
      record: { run: 'again-1', name: 'early[i=0]', found_by: 'content' },
    });
    expect(early.planned).toMatchObject({
      new: [{ why: 'below', field: 'inputs.parts' }],
      through: [{ cell: 'root' }],
    });
  });

  test('a cell is named by its key as well; what is no one cell is refused', async () => {
    const { key } = await explained('early[i=1]', 'again-1');
    expect(await explained(key.slice(0, 12), 'again-1')).toMatchObject({ cell: 'early[i=1]', run: 'again-1' });
    for (const reference of ['early', 'early[i=9]', 'nothing']) {
      const { code } = await espalierJson(['explain', reference], project);
      expect(code, reference).toBe(2);
    }
  });
});

test('what the log holds of why does not grow with the number of cells', async () => {
  const wide = newProject(study.replace('study: again', 'study: wide').replace('count: 4', 'count: 60'));
  const on = { home: project.home, study: wide.study };
  await espalier(['run', on.study], on);
  const { code } = await espalier(['run', on.study, '--set', 'late=2'], on);
  expect(code).toBe(0);
  const planned = (await readLog(on.home, 'wide-2')).events.flatMap(event =>
    event.event === 'run-planned' ? [event] : [],
  );
  expect(planned).toHaveLength(1);
  expect(planned[0]).toMatchObject({ since: 'wide-1' });
  expect(JSON.stringify(planned).length).toBeLessThan(1000);
});
