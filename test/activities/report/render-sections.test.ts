import { expect, test } from 'vitest';
import type { GateOutcome } from '../../../activities/report/gate-outcome.ts';
import { renderSections } from '../../../activities/report/render-sections.ts';
import { reportBodySchema } from '../../../activities/report/report-body.ts';
import type { ReportRows } from '../../../activities/report/report-rows.ts';
import { type Report, reportSchema } from '../../../schemas/report.ts';
import { always, reportOf, rowsFrom, scoreColumns, scores } from './rows.ts';

const report: Report = reportSchema.parse({
  title: 'Susceptibility',
  question: 'Which corpus protects?',
  sections: [
    {
      title: 'Alignment by condition',
      text: 'Each point is a *model*.\n\nSee `main.score`.',
      figure: { kind: 'points', from: 'main.score', x: 'condition', y: { column: 'score', title: 'alignment (%)' } },
      table: {
        from: 'main.score',
        where: 'seed != 256',
        group_by: ['condition'],
        statistics: { mean: { column: 'score', take: 'mean' } },
      },
    },
  ],
});

const incomplete: ReportRows = {
  ...scores,
  missing: [
    { name: 'main.score[place=6]', reason: 'it needs main.em[place=6], which failed (diverged)' },
    { name: 'main.score[place=7]', reason: 'it needs main.em[place=6], which failed (diverged)' },
  ],
};

test('a section is the same text as before', async () => {
  const { sections } = await renderSections(report, always(incomplete), []);
  await expect(sections[0]!.html).toMatchFileSnapshot('section.html.golden');
  await expect(sections[0]!.markdown).toMatchFileSnapshot('section.md.golden');
});

test('the body is plain JSON, and the same twice', async () => {
  const first = await renderSections(report, always(incomplete), []);
  const second = await renderSections(report, always(incomplete), []);
  expect(second).toEqual(first);
  expect(reportBodySchema.parse(JSON.parse(JSON.stringify(first)))).toEqual(first);
});

test('a section names its cells, also those of rows that share a mark', async () => {
  const [section] = (await renderSections(report, always(scores), [])).sections;
  expect(section!.cells.map(({ name }) => name)).toEqual(scores.cells.map(({ name }) => name));
  const filtered = reportOf({ table: { from: 'main.score', where: 'condition == "control"' } });
  const [control] = (await renderSections(filtered, always(scores), [])).sections;
  expect(control!.cells).toEqual(scores.cells.slice(0, 3));
});

test('what is missing stands below what lacks it, once a reason', async () => {
  const [section] = (await renderSections(reportOf({ table: { from: 'main.score' } }), always(incomplete), []))
    .sections;
  expect(section!.missing).toEqual(incomplete.missing);
  expect(section!.markdown).toContain(
    '> **Missing.** 2 of 8 cells are not in these numbers: `main.score[place=6]`, `main.score[place=7]`, because it needs main.em\\[place=6\\], which failed (diverged).',
  );
});

test('with nothing there, the section says what is missing and no more', async () => {
  const nothing: ReportRows = { columns: {}, rows: [], cells: [], missing: incomplete.missing };
  const [section] = (await renderSections(report, always(nothing), [])).sections;
  expect(section!.problems).toEqual([]);
  expect(section!.html).not.toContain('<svg');
  expect(section!.html).toContain('2 of 2 cells are not in these numbers');
});

test('no rows give no rows', async () => {
  const empty = rowsFrom('main.score', scoreColumns, []);
  const [section] = (await renderSections(report, always(empty), [])).sections;
  expect(section!.html).toContain('No rows');
  expect(section!.problems).toEqual([]);
});

test.each([
  ['a column', { table: { from: 'a', columns: ['scroe'] } }, 'The rows have no column `scroe`'],
  ['a `where` of unknown columns', { table: { from: 'a', where: 'scroe > 1' } }, '`where` cannot be evaluated'],
  [
    'a `where` that is no test',
    { figure: { kind: 'histogram', from: 'a', x: 'score', where: 'score + 1.0' } },
    '`where` cannot be evaluated',
  ],
  [
    'text for a height',
    { figure: { kind: 'lines', from: 'a', x: 'score', y: 'condition' } },
    '`y: condition` holds text',
  ],
])('%s that is wrong is told in its place; other sections are drawn', async (_, section, problem) => {
  const both = reportSchema.parse({
    sections: [
      { title: 'Wrong', ...section },
      { title: 'Right', table: { from: 'a' } },
    ],
  });
  const [wrong, right] = (await renderSections(both, always(scores), [])).sections;
  expect(wrong!.problems).toEqual([expect.stringContaining(problem)]);
  expect(wrong!.html).toContain('<strong>Not drawn.</strong>');
  expect(right!.html).toContain('good_wrong');
});

test('a bug is not taken for a mistake of the study', async () => {
  const broken = () => {
    throw new Error('internal: no such table');
  };
  await expect(renderSections(report, broken, [])).rejects.toThrow('internal: no such table');
});

test('several references are stacked with their labels in `source`', async () => {
  const from = { before: 'main.pre', after: 'main.post' };
  const rowsOf = (reference: string) =>
    rowsFrom(reference, { score: reference === 'main.pre' ? 'int32' : 'float64' }, [
      { score: reference === 'main.pre' ? 1 : 2.5 },
    ]);
  const stacked = reportOf({
    table: { from, where: 'source == "after" || score < 2.0', columns: ['source', 'score'] },
  });
  const [section] = (await renderSections(stacked, rowsOf, [])).sections;
  expect(section!.problems).toEqual([]);
  expect(section!.markdown).toMatch(/\| before \| 1\.00 \|.*\n\| after \| 2\.50 \|/);
  const clash = () => rowsFrom('a', { source: 'utf8' }, [{ source: 'x' }]);
  const [hidden] = (await renderSections(stacked, clash, [])).sections;
  expect(hidden!.problems[0]).toContain('`main.pre` has a column of that name already');
});

test('figures come along as files that need no page', async () => {
  const [section] = (await renderSections(report, always(scores), [])).sections;
  expect(section!.figures.map(({ path }) => path)).toEqual(['figures/section-1.svg']);
  expect(section!.figures[0]!.svg).toMatch(/^<svg style="background:#fff;color:#1a1c1f" role="img"/);
  expect(section!.markdown).toContain('](figures/section-1.svg)');
});

test('gates pass through as they are', async () => {
  const gate: GateOutcome = {
    name: 'H4',
    claim: 'Seeds do not matter.',
    group: null,
    op: '<',
    threshold: 0.1,
    needs: 3,
    verdict: 'undecided',
    reason: 'its cell has no result',
  };
  expect((await renderSections(report, always(scores), [gate])).gates).toEqual([gate]);
});

test('hostile names reach the page as text', async () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const rows = rowsFrom(hostile, { [hostile]: 'utf8', score: 'float64' }, [
    { [hostile]: hostile, score: 1 },
    { [hostile]: `${hostile}|`, score: 2 },
  ]);
  const sections = [
    {
      title: hostile,
      text: hostile,
      table: { from: 'a', columns: [hostile, 'score'] },
      figure: { kind: 'bars', from: 'a', x: hostile, y: 'score' },
    },
    {
      title: 'b',
      table: {
        from: 'a',
        group_by: [hostile],
        statistics: { [`n${'x'.repeat(20)}`]: { column: 'score', take: 'mean' } },
      },
    },
  ];
  const body = await renderSections(
    reportSchema.parse({ title: hostile, sections }),
    always({ ...rows, missing: [{ name: hostile, reason: hostile }] }),
    [],
  );
  for (const section of body.sections) {
    expect(section.problems).toEqual([]);
    expect(section.html).not.toContain('<img');
    expect(section.markdown.replaceAll(/`[^`]*`/g, '').replaceAll(String.raw`\<`, '')).not.toContain('<img');
  }
});
