/** A page as one HTML file that needs nothing else, and as Markdown with its figures beside it. */
import { type Block, cellAnchor } from '../../activities/report/document.ts';
import { documentHtml } from '../../activities/report/document-html.ts';
import { documentMarkdown } from '../../activities/report/document-markdown.ts';
import { markup, trusted } from '../../activities/report/html.ts';
import { gateBlocks } from './gate-blocks.ts';
import { contentsBlock, headerBlocks, moment } from './header-blocks.ts';
import { lineageBlocks } from './lineage-blocks.ts';
import { methodBlocks } from './method-blocks.ts';
import type { PageModel } from './page-model.ts';
import { contentSecurityPolicy, pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { graphBlocks, graphFile, ranBlocks } from './ran-blocks.ts';

export interface RenderedPage {
  readonly html: string;
  readonly markdown: string;
  /** Figures that the Markdown text names; the HTML file has them in it. */
  readonly figures: readonly { readonly path: string; readonly svg: string }[];
}

/** The same model gives the same bytes. */
export function renderPage(model: PageModel): RenderedPage {
  const header = headerBlocks(model);
  const body = [
    ...sectionBlocks(model),
    ...gateBlocks(model.gates),
    ...graphBlocks(model),
    ...ranBlocks(model),
    ...methodBlocks(model),
  ];
  const lineage = lineageBlocks(model);
  const anchors = new Set([
    ...[...model.lineage.entries, ...model.lineage.ancestors].map(({ record }) => cellAnchor(record.key)),
    ...model.lineage.named.map(({ key }) => cellAnchor(key)),
  ]);
  const markdown = documentMarkdown([
    ...header,
    ...body,
    ...lineage,
    { kind: 'paragraph', content: [footerWords(model)] },
  ]);
  return {
    html: unlinkedHtml(pageHtml(model, { header, body, lineage }), anchors),
    markdown: unlinkedMarkdown(markdown, anchors),
    figures: [...model.sections.flatMap(section => section.figures), graphFile(model)],
  };
}

function sectionBlocks({ sections, withoutSections }: PageModel): Block[] {
  if (withoutSections !== undefined) return [{ kind: 'note', tone: 'missing', content: [withoutSections] }];
  return sections.map(section => ({ kind: 'fragment', html: section.html, markdown: section.markdown }));
}

interface PageParts {
  readonly header: readonly Block[];
  readonly body: readonly Block[];
  readonly lineage: readonly Block[];
}

function pageHtml(model: PageModel, { header, body, lineage }: PageParts): string {
  const inside = (blocks: readonly Block[]) => trusted(documentHtml(blocks));
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${trusted(contentSecurityPolicy)}">
<meta name="generator" content="Espalier ${model.espalier}">
<title>${model.title}</title>
<style>${trusted(pageStyle)}</style>
</head>
<body>
<header>
${inside(header)}<nav aria-label="Contents">${inside([contentsBlock(model)])}</nav>
</header>
<main>
${inside(body)}<section class="lineage">
${inside(lineage)}</section>
</main>
<footer>${footerWords(model)}</footer>
<script>${trusted(pageScript)}</script>
</body>
</html>
`.markup;
}

function footerWords({ espalier, made, run, plan }: PageModel): string {
  return `Made on ${moment(made)} by Espalier ${espalier} from run ${run}, plan ${plan.slice(0, 12)}.`;
}

/** A link that leads to nothing is none: cells beyond the page's limits are named without one. */
function unlinkedHtml(text: string, anchors: ReadonlySet<string>): string {
  return text.replaceAll(/<a class="cell" href="#(cell-[0-9a-f]{12})"/g, (link, anchor: string) =>
    anchors.has(anchor) ? link : '<a class="cell"',
  );
}

function unlinkedMarkdown(text: string, anchors: ReadonlySet<string>): string {
  return text.replaceAll(
    /(?<!\\)\[((?:\\.|[^[\]\\])*)\]\(#(cell-[0-9a-f]{12})\)/g,
    (link, label: string, anchor: string) => (anchors.has(anchor) ? link : label),
  );
}
