/** Where the numbers came from: for every cell that is shown, what made it, of what, where, when and how it went. */
import {
  type Block,
  type Inline,
  cellAnchor,
  code,
  muted,
  paragraph,
  shownKeyLength,
  strong,
} from '../../activities/report/document.ts';
import { counted, shortened } from '../../activities/report/format-value.ts';
import { describeChanges } from '../../activities/changed-recipe.ts';
import type { CellRecord } from '../../schemas/cell-record.ts';
import { canonicalJson, type Json } from '../../schemas/json.ts';
import { duration, size } from '../cli/quantities.ts';
import { lineageCommand } from './commands.ts';
import { moment } from './header-blocks.ts';
import type { LineageEntry, PageModel } from './page-model.ts';

/** More parts than this of one input are not listed. */
const mostParts = 8;

const longestValue = 200;

export function lineageBlocks({ lineage: { entries, ancestors, named, omitted } }: PageModel): Block[] {
  const total = entries.length + named.length + omitted;
  return [
    { kind: 'heading', level: 2, text: 'Lineage', anchor: 'lineage' },
    paragraph(
      total === 0
        ? 'No cells are shown.'
        : `The numbers above came from ${counted(total, 'cell')}. Of any of them, with all that led to it: `,
      ...(total === 0 ? [] : [code(lineageCommand('KEY'))]),
    ),
    ...entries.map(entryBlock),
    ...(named.length === 0 ? [] : [paragraph(`${counted(named.length, 'further cell')}, by name:`)]),
    ...named.map(({ key, name }): Block => {
      const summary: Inline[] = [name, ' ', muted(key.slice(0, shownKeyLength))];
      return {
        kind: 'details',
        anchor: cellAnchor(key),
        summary,
        blocks: [{ kind: 'code', text: lineageCommand(key) }],
      };
    }),
    ...(ancestors.length === 0 ? [] : [paragraph(`What they were made from, ${counted(ancestors.length, 'cell')}:`)]),
    ...ancestors.map(entryBlock),
    ...(omitted === 0 ? [] : [paragraph(`${counted(omitted, 'more cell')} not listed here.`)]),
  ];
}

function entryBlock({ names, record, inputNames }: LineageEntry): Block {
  const [name = record.name] = names;
  return {
    kind: 'details',
    anchor: cellAnchor(record.key),
    summary: [strong(name), ' ', muted(`${record.use} · ${record.key.slice(0, shownKeyLength)}`)],
    blocks: [{ kind: 'definitions', entries: fieldsOf(record, names, inputNames) }],
  };
}

interface Field {
  readonly term: string;
  readonly content: readonly Inline[];
}

function fieldsOf(record: CellRecord, names: readonly string[], inputNames: LineageEntry['inputNames']): Field[] {
  return [
    { term: 'Key', content: [code(record.key)] },
    { term: 'Content key', content: [code(record.content_key)] },
    ...(names.length > 1 ? [{ term: 'Also called', content: [names.slice(1).join(', ')] }] : []),
    { term: 'Kind', content: [`${record.use}, version ${record.version}`] },
    ...listField(
      'Parameters',
      Object.entries(record.with).map(([name, value]) => [`${name}: `, code(valueText(value))]),
    ),
    ...listField(
      'Seeds',
      Object.entries(record.seeds).map(([name, value]) => [`${name}: ${value}`]),
    ),
    ...listField(
      'Files',
      Object.entries(record.files).map(([name, file]) => [`${name}: ${file.path} `, code(file.digest)]),
    ),
    ...listField(
      'Inputs',
      Object.entries(record.inputs).flatMap(([port, input]) => inputLines(port, input, inputNames)),
    ),
    ...listField(
      'Outputs',
      Object.entries(record.outputs).map(([port, { kind, digest, bytes, rows }]) => [
        `${port}: ${kind}, ${size(bytes)}${rows === undefined ? '' : `, ${counted(rows, 'row')}`} `,
        code(digest),
      ]),
    ),
    ...workFields(record),
  ];
}

function workFields(record: CellRecord): Field[] {
  const {
    started,
    seconds,
    run,
    environment,
    attempts,
    resumed_at: resumed,
    reused_from: reused,
    partial,
    notes,
  } = record;
  const { host, platform, node, espalier, backend } = environment;
  const numeric =
    backend === undefined
      ? ''
      : `, ${backend.name} (${backend.library}, ${backend.mode}, ${counted(backend.threads, 'thread')})`;
  return [
    { term: 'Made', content: [`${moment(started)}, ${duration(seconds)}, in run `, code(run)] },
    { term: 'Where', content: [`${host}, ${platform}, Node ${node}, Espalier ${espalier}${numeric}`] },
    ...listField(
      'Attempts that failed',
      attempts.map(({ class: failure, message, started: at }) => [`${failure}, ${moment(at)}: ${shortened(message)}`]),
    ),
    ...(resumed.length > 0 ? [{ term: 'Resumed after', content: [`${resumed.join(', ')} optimizer steps`] }] : []),
    ...(reused === undefined
      ? []
      : [
          {
            term: 'Computed as',
            content: [
              { kind: 'cell', cell: { key: reused, name: reused }, shows: 'key' } satisfies Inline,
              ', whose inputs have the same bytes',
            ],
          },
        ]),
    ...(record.changed === undefined
      ? []
      : [
          {
            term: 'Recipe changed',
            content: [
              `after failures: ${describeChanges(record.changed.after)}; planned as `,
              code(record.changed.planned),
            ],
          },
        ]),
    ...(partial
      ? [{ term: 'This run alone', content: ['a part was missing or a recipe had changed, here or further up'] }]
      : []),
    ...listField(
      'Notes',
      Object.entries(notes).map(([name, value]) => [`${name}: `, code(valueText(value))]),
    ),
  ];
}

function inputLines(
  port: string,
  { parts, missing }: CellRecord['inputs'][string],
  names: LineageEntry['inputNames'],
): Inline[][] {
  const lines = parts
    .slice(0, mostParts)
    .map(({ at, key, output, digest }): Inline[] => [
      `${port}${at.length > 0 ? ` [${at.join(', ')}]` : ''}: ${output} of `,
      { kind: 'cell', cell: { key, name: names[key] ?? key.slice(0, shownKeyLength) }, shows: 'name' },
      ', ',
      code(digest.slice(0, shownKeyLength)),
    ]);
  const more = parts.length > mostParts ? [[`${port}: ${counted(parts.length - mostParts, 'more part')}`]] : [];
  const lost = missing.map(({ at, reason }): Inline[] => [`${port} [${at.join(', ')}]: missing, ${shortened(reason)}`]);
  return [...lines, ...more, ...lost];
}

/** One line each; no field where there is nothing. */
function listField(term: string, lines: readonly (readonly Inline[])[]): Field[] {
  if (lines.length === 0) return [];
  return [
    {
      term,
      content: lines.flatMap((line, index): Inline[] => (index === 0 ? [...line] : [{ kind: 'break' }, ...line])),
    },
  ];
}

function valueText(value: Json): string {
  return shortened(canonicalJson(value), longestValue);
}
