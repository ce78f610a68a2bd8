import { createHash } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { buildPageModel } from '../../../worker/report/build-page-model.ts';
import type { PageModel } from '../../../worker/report/page-model.ts';
import { type RenderedPage, renderPage } from '../../../worker/report/render-page.ts';
import { emSources } from './em-study/sources.ts';
import { smallSources } from './small-study.ts';

let large: PageModel;
let page: RenderedPage;
beforeAll(async () => {
  large = buildPageModel(await emSources());
  page = renderPage(large);
});

test('a page is the same text as before', async () => {
  const small = renderPage(buildPageModel(await smallSources()));
  await expect(small.html).toMatchFileSnapshot('page.html.golden');
  await expect(small.markdown).toMatchFileSnapshot('page.md.golden');
});

test('the same model gives the same bytes', () => {
  expect(renderPage(large)).toEqual(page);
});

test('every link within a page leads somewhere, and every anchor is there once', () => {
  const anchors = [...page.html.matchAll(/ id="([^"]*)"/g)].map(match => match[1]!);
  expect(anchors).toHaveLength(new Set(anchors).size);
  const links = [...page.html.matchAll(/href="([^"]*)"/g)].map(match => match[1]!);
  expect(links.length).toBeGreaterThan(100);
  for (const link of links) expect(anchors).toContain(link.replace(/^#/, ''));
  const written = [...page.markdown.matchAll(/<a id="([^"]*)">/g)].map(match => match[1]!);
  for (const [, link] of page.markdown.matchAll(/\]\(#([^)]*)\)/g)) expect(written).toContain(link);
});

test('a page asks nobody for anything', () => {
  const text = page.html.replaceAll('http://www.w3.org/2000/svg', '');
  expect(text).not.toMatch(/https?:|src=|@import|url\((?!#)|<link|<iframe/);
  expect(page.html).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none';`);
});

test('the policy allows the page’s own script and no other', () => {
  const [, script = ''] = /<script>([^]*?)<\/script>/.exec(page.html) ?? [];
  const digest = createHash('sha256').update(script).digest('base64');
  expect(page.html).toContain(`script-src 'sha256-${digest}'`);
  expect(page.html.match(/<script/g)).toHaveLength(1);
  expect(page.html).not.toMatch(/\son[a-z]+="/);
});

test('all numbers are there without the script', () => {
  const text = page.html.replace(/<script>[^]*?<\/script>/, '');
  for (const word of ['Registered gates', 'What ran', 'retrain.coupling', 'out-of-memory', 'good_wrong', '92.8'])
    expect(text).toContain(word);
});

test('Markdown names exactly the figures that come with it', () => {
  const named = [...page.markdown.matchAll(/\]\((figures\/[^)]*)\)/g)].map(match => match[1]!);
  expect(new Set(named)).toEqual(new Set(page.figures.map(({ path }) => path)));
  for (const { svg } of page.figures) expect(svg).toMatch(/^<svg style="background:#fff/);
});

test('what a reader must know stands at the top', () => {
  const top = page.html.slice(0, page.html.indexOf('<nav'));
  expect(top).toContain('519 of 528 cells have results');
  expect(top).toContain(
    '8 cells without a result: 2 failed, 5 blocked, 1 cancelled. Numbers are missing from: <a href="#section-5">',
  );
  expect(top).toContain('ended, not complete');
});

test('failures say how to run just them again', () => {
  expect(page.markdown).toContain('`espalier run ');
  expect(page.markdown).toContain('### retrain.em: 1 cell failed, out-of-memory');
  expect(page.markdown).toContain('**Blocked by it:** retrain.score (1 cell).');
});

test('commands are quoted for a shell', async () => {
  const { markdown } = renderPage(buildPageModel(await smallSources()));
  expect(markdown).toContain(String.raw`espalier run small.yaml --set steps=50 --set 'note=it'\''s "quoted"'`);
});

test('hostile names of studies, hosts and messages stay text', async () => {
  const hostile = '</title><script>alert(1)</script><img src=x onerror=alert(1)>';
  const sources = await smallSources();
  const record = sources.recordOf(sources.cells[5]!.key)!;
  const model = buildPageModel({
    ...sources,
    head: {
      ...sources.head,
      study: hostile,
      description: hostile,
      params: { [hostile]: hostile },
      axes: { [hostile]: [hostile] },
      sources: [{ path: hostile, digest: sources.run.plan }],
    },
    run: { ...sources.run, run: hostile, file: hostile },
    recordOf: () => ({
      ...record,
      with: { [hostile]: hostile },
      notes: { [hostile]: [hostile] },
      attempts: [
        {
          run: hostile,
          class: 'preempted',
          message: hostile,
          started: record.started,
          seconds: 1,
          lost_seconds: 1,
          host: hostile,
        },
      ],
      environment: {
        ...record.environment,
        host: hostile,
        backend: { name: hostile, library: hostile, mode: 'eager', threads: 1 },
      },
    }),
  });
  const { html, markdown } = renderPage({ ...model, title: hostile, question: hostile });
  expect(html).not.toContain('<img');
  expect(html.match(/<script/g)).toHaveLength(1);
  const outsideCode = markdown.replaceAll(/```[^]*?```/g, '').replaceAll(/`[^`]*`/g, '');
  expect(outsideCode.replaceAll(String.raw`\<`, '')).not.toMatch(/<(?!a id="[^"]*">|\/a>)/);
});

test('a run without a report still makes a page', async () => {
  const { html } = renderPage(buildPageModel({ ...(await smallSources()), body: undefined }));
  expect(html).toContain('The report of small is not drawn: its cell is done.');
  expect(html).toContain('<h2 id="failures">Failures</h2>');
});
