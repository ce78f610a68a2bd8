/** How the numbers of a run were made, and how to check or repeat that: methods, params, axes, sources, machines. */
import { type Block, type Inline, code, paragraph } from '../../activities/report/document.ts';
import { counted, shortened } from '../../activities/report/format-value.ts';
import { canonicalJson, type Json } from '../../schemas/json.ts';
import type { AxisValue } from '../../schemas/plan.ts';
import { lineageCommand, planCommand, runCommand } from './commands.ts';
import { moment } from './header-blocks.ts';
import type { PageModel } from './page-model.ts';

/** More values than this of an axis or a seed are not listed. */
const mostValues = 12;

export function methodBlocks(model: PageModel): Block[] {
  return [
    { kind: 'heading', level: 2, text: 'Methods', anchor: 'methods' },
    ...methodWords(model).map(words => paragraph(words)),
    ...model.warnings.map((warning): Block => ({ kind: 'note', tone: 'warning', content: [warning] })),
    ...titled('Params', paramTable(model)),
    ...titled('Axes', axisTable(model)),
    ...titled('Named seeds', seedTable(model)),
    ...titled('Machines', machineTable(model)),
    ...titled('Sources', sourceTable(model)),
    ...verifyBlocks(model),
  ];
}

function methodWords(model: PageModel): string[] {
  const { study, run, espalier, plan, created, axes, kinds, ran } = model;
  const cells = ran.reduce((sum, tally) => sum + tally.cells, 0);
  const over = Object.entries(axes).map(([axis, values]) => `${axis} (${values.length})`);
  const versions = kinds.map(({ use, version }) => `${use} ${version}`);
  return [
    `Run ${run} of study ${study} was planned on ${moment(created)} by Espalier ${espalier}: ${counted(cells, 'cell')} of ${counted(ran.length, 'step')}${over.length > 0 ? ` over ${over.join(', ')}` : ''}.`,
    'A cell’s key is the SHA-256 hash of its recipe: step kind and version, all parameters, named seeds, and the keys of its inputs; a digest is the SHA-256 hash of bytes that exist. A result is used again only under the same key, or where the bytes of all inputs are the same.',
    `Step kinds and versions: ${versions.join(', ')}. Plan: ${plan}.`,
  ];
}

function titled(title: string, table: Block | undefined): Block[] {
  return table === undefined ? [] : [{ kind: 'heading', level: 3, text: title }, table];
}

function plainTable(
  label: string,
  headings: readonly string[],
  rows: readonly (readonly (readonly Inline[])[])[],
): Block | undefined {
  if (rows.length === 0) return undefined;
  return {
    kind: 'table',
    label,
    columns: headings.map(heading => ({
      heading,
      align: heading === 'cells' || heading === 'values' ? 'right' : 'left',
    })),
    rows,
    layout: 'grid',
  };
}

function paramTable({ params }: PageModel): Block | undefined {
  const rows = Object.entries(params).map(([name, value]): Inline[][] => [[name], [shortened(jsonText(value))]]);
  return plainTable('Params of the study', ['param', 'value'], rows);
}

function axisTable({ axes }: PageModel): Block | undefined {
  const rows = Object.entries(axes).map(([axis, values]): Inline[][] => [
    [axis],
    [String(values.length)],
    [valueWords(values)],
  ]);
  return plainTable('Axes of the study', ['axis', 'values', 'which'], rows);
}

function seedTable({ seeds }: PageModel): Block | undefined {
  const rows = seeds.map(({ seed, values, steps }): Inline[][] => [
    [seed],
    [String(values.length)],
    [valueWords(values)],
    [firstOf(steps)],
  ]);
  return plainTable('Named seeds', ['seed', 'values', 'which', 'drawn by'], rows);
}

function machineTable({ environments }: PageModel): Block | undefined {
  const rows = environments.map(({ host, platform, node, espalier, backend, cells }): Inline[][] => [
    [host],
    [platform],
    [node],
    [espalier],
    [backend ?? '–'],
    [String(cells)],
  ]);
  return plainTable('Machines', ['host', 'platform', 'Node', 'Espalier', 'backend', 'cells'], rows);
}

function sourceTable({ sources }: PageModel): Block | undefined {
  const rows = sources.map(({ path, digest }): Inline[][] => [[path], [code(digest)]]);
  return plainTable('Files that the plan was made from', ['file', 'SHA-256'], rows);
}

function verifyBlocks({ file, params, lineage }: PageModel): Block[] {
  const key = lineage.entries[0]?.record.key ?? 'KEY';
  return [
    { kind: 'heading', level: 3, text: 'To check and to repeat' },
    paragraph(
      'Files with these digests and the same params give the same plan and the same keys. The first command says what of it is in the store and what would be computed, the second computes that, the third tells everything that led to one cell.',
    ),
    { kind: 'code', text: [planCommand(file, params), runCommand(file, params), lineageCommand(key)].join('\n') },
  ];
}

/** `0 to 39` where whole numbers follow each other, else one by one. */
function valueWords(values: readonly AxisValue[]): string {
  const [first] = values;
  const isRun = values.every((value, index) => typeof first === 'number' && value === first + index);
  return isRun && values.length > 3 ? `${first} to ${values.at(-1)}` : firstOf(values.map(String));
}

function firstOf(texts: readonly string[]): string {
  const more = texts.length - mostValues;
  return more > 0 ? `${texts.slice(0, mostValues).join(', ')} and ${more} more` : texts.join(', ');
}

/** Text as it is, everything else as JSON. */
function jsonText(value: Json): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}
