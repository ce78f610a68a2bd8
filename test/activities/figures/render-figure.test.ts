import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../architecture/source-files.ts';
import { draw, scores } from './figures.ts';

const kinds = {
  points: { kind: 'points', x: 'condition', y: 'score', color: 'stage', reference: [{ value: 5, label: 'five' }] },
  'points on numbers': {
    kind: 'points',
    x: 'layer',
    y: { column: 'score', scale: 'log' },
    color: 'layer',
    reference: [3],
  },
  'points over rows': { kind: 'points', x: 'score', y: 'condition', reference: [{ value: 3, axis: 'x' }] },
  bars: { kind: 'bars', x: 'condition', y: 'score', color: 'stage', take: 'mean', spread: 'sd' },
  'bars, each': { kind: 'bars', x: 'condition', y: 'score', color: 'stage' },
  lines: { kind: 'lines', x: 'layer', y: 'score', color: 'stage', take: 'mean', spread: 'range' },
  'lines over text': { kind: 'lines', x: 'condition', y: 'score', take: 'median' },
  interval: { kind: 'interval', x: 'condition', y: 'score', color: 'stage', take: 'mean', spread: 'ci95' },
  histogram: { kind: 'histogram', x: 'score', color: 'stage' },
  'histogram of text': { kind: 'histogram', x: 'condition' },
  heatmap: { kind: 'heatmap', x: 'condition', y: 'stage', color: 'score', take: 'mean' },
  facets: { kind: 'points', x: 'stage', y: 'score', facet: 'condition', color: 'seed', reference: [5] },
} as const;

test.each(Object.entries(kinds))('%s are drawn without a word from the libraries, twice alike', async (_, declared) => {
  const first = await draw(declared, scores);
  const second = await draw(declared, scores);
  expect(first.warnings).toEqual([]);
  expect(first.omissions).toEqual([]);
  expect(first.svg).toBe(second.svg);
  expect(first.spec).toEqual(second.spec);
});

test.each(Object.entries(kinds))(
  '%s hold numbers of two decimals, names for all, and nothing from elsewhere',
  async (_, declared) => {
    const { svg } = await draw(declared, scores);
    expect(svg).toMatch(/^<svg role="img" aria-labelledby="figure-title figure-description"/);
    expect(svg).toContain('<title id="figure-title">A figure</title><desc id="figure-description">');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    for (const [tag] of svg.matchAll(/<[a-z][^>]*>/g)) expect(tag).not.toMatch(/="[^"]*\d\.\d{3,}[^"]*"/);
    expect(svg.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|href|<script|<image|@import/);
    for (const [, id] of svg.matchAll(/ id="([^"]*)"/g)) expect(id).toMatch(/^figure-/);
    for (const [, id] of svg.matchAll(/url\(#([^)]*)\)/g)) expect(svg).toContain(` id="${id}"`);
  },
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'espalier-figures-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('another process gives the same bytes', async () => {
  const outfile = path.join(folder, 'draw.mjs');
  const contents = `
    import { draw, scores } from './figures.ts';
    for (const declared of ${JSON.stringify(Object.values(kinds))}) console.log((await draw(declared, scores)).svg);`;
  const resolveDir = path.join(root, 'test/activities/figures');
  buildSync({
    stdin: { contents, resolveDir, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['canvas'],
    outfile,
    logLevel: 'error',
  });
  const elsewhere = execFileSync(process.execPath, [outfile], { encoding: 'utf8' });
  const here = [];
  // In another order: what vega counts through the life of a process must not show.
  for (const declared of Object.values(kinds).reverse()) here.unshift(`${(await draw(declared, scores)).svg}\n`);
  expect(elsewhere).toBe(here.join(''));
});

test('without rows a figure says so', async () => {
  const rendered = await draw(kinds.points, []).catch((error: unknown) => error);
  expect(String(rendered)).toContain('The rows have no column `condition`; they have none.');
  const none = await draw({ kind: 'points', x: 'condition', y: 'score' }, [{ condition: 'control', score: null }]);
  expect(none.svg).toContain('None of 1 row can be drawn');
  expect(none.omissions).toEqual(['1 row without a number in `score`.']);
});

test('means say how many rows they are of, each where that differs', async () => {
  const declared = { kind: 'interval', x: 'condition', y: 'score', take: 'mean', spread: 'ci95' };
  const alike = await draw(declared, scores);
  expect(alike.svg).toContain('mean of n = 6 rows each; whisker: 95 % t interval of the mean');
  const uneven = await draw(declared, scores.slice(0, -2));
  expect(uneven.svg).toContain('mean of n = 4 to 6 rows; whisker');
  expect(uneven.svg).toContain('>n = 4</text>');
  expect(uneven.svg).toContain('>n = 6</text>');
});

test('groups differ in shape as in colour, lines in dashes too', async () => {
  const { svg } = await draw(kinds.lines, scores);
  for (const color of ['#0072B2', '#E69F00']) expect(svg).toContain(color);
  expect(svg).toContain('stroke-dasharray="6,3"');
  const points = await draw(kinds.points, scores);
  const shapesOf = (color: string) =>
    new Set(
      [...points.svg.matchAll(new RegExp(`d="([^"]+)"[^>]*fill="${color}"`, 'g'))].map(match =>
        match[1]!.replaceAll(/[\d.,-]+/g, ''),
      ),
    );
  expect([...shapesOf('#0072B2')]).not.toEqual([...shapesOf('#E69F00')]);
});

test('a mark tells its numbers under the pointer', async () => {
  const { svg } = await draw(kinds.bars, scores);
  expect(svg).toContain('<title>condition evil · stage after · score 17 · 16 to 18 · n = 3</title>');
});

test('text of the data stays text', async () => {
  const hostile = '</text><script>alert(1)</script><img src=x onerror="alert(1)">';
  const names = [
    hostile,
    '\u202Eelbasrever',
    '👩‍🔬 schön',
    'x'.repeat(4000),
    'a\u0000b\uD800',
    'it\'s & "that"',
    'datum["x"]',
    '__proto__',
  ];
  const values = names.map((name, index) => ({ name, score: index + 1 }));
  const title = hostile;
  const { svg } = await draw(
    { kind: 'bars', x: 'name', y: { column: 'score', title }, color: { column: 'name', title } },
    values,
  );
  expect(svg).not.toMatch(/<script|<img|<[a-z][^>]* onerror/);
  expect(svg).not.toMatch(/[^\P{Cc}\n\t]|\p{Cs}/u);
  expect(svg.length).toBeLessThan(40_000);
});

test('two thousand points are drawn within two seconds, in half a megabyte', async () => {
  const values = Array.from({ length: 2000 }, (_, index) => ({
    x: Math.sin(index),
    y: Math.cos(index * 1.7),
    arm: `arm ${index % 5}`,
  }));
  const begin = performance.now();
  const { svg } = await draw({ kind: 'points', x: 'x', y: 'y', color: 'arm' }, values);
  expect(performance.now() - begin).toBeLessThan(2000);
  expect(svg.length).toBeLessThan(500_000);
  expect(svg.match(/<path transform/g)!.length).toBeGreaterThanOrEqual(2000);
});
