/** Draws a page of a realistic study to look at: `npx vitest run --config bench/vitest.config.ts bench/report-preview`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'vitest';
import { emSources } from '../test/worker/report/em-study/sources.ts';
import type { PageModel } from '../worker/report/page-model.ts';
import { type RenderedPage, renderPage } from '../worker/report/render-page.ts';
import { buildPageModel } from '../worker/report/build-page-model.ts';
import type { PageSources } from '../worker/report/page-sources.ts';
import { measure, printHead } from './measure.ts';

test('report preview', async () => {
  printHead('report');
  let sources: PageSources | undefined;
  let model: PageModel | undefined;
  let page: RenderedPage | undefined;
  await measure('sections drawn, 8 figures and 6 tables', 8, async () => {
    sources = await emSources();
  });
  await measure(`model of a run of ${sources!.head.cells} cells`, sources!.head.cells, () => {
    model = buildPageModel(sources!);
  });
  await measure('page as HTML and Markdown', 1, () => {
    page = renderPage(model!);
  });
  const base = path.join(tmpdir(), 'espalier-report-preview');
  await writeFile(`${base}.html`, page!.html);
  await writeFile(`${base}.md`, page!.markdown);
  for (const { path: name, svg } of page!.figures) {
    const file = path.join(tmpdir(), name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, svg);
  }
  console.log(
    `${base}.html: ${(page!.html.length / 1000).toFixed(0)} kB, ${base}.md: ${(page!.markdown.length / 1000).toFixed(0)} kB`,
  );
});
