/** The head of a page: what was asked, which run answers, how far it came, and where to read on. */
import { type Block, type Inline, code, paragraph } from '../../activities/report/document.ts';
import { counted } from '../../activities/report/format-value.ts';
import type { RunState } from '../../schemas/run.ts';
import { duration } from '../cli/quantities.ts';
import type { PageModel } from './page-model.ts';
import { troubles } from './step-tallies.ts';

export function headerBlocks(model: PageModel): Block[] {
  const { title, question, description, summary } = model;
  const lead = question ?? description;
  return [
    { kind: 'heading', level: 1, text: title },
    ...(lead === undefined ? [] : [paragraph(lead)]),
    { kind: 'definitions', entries: facts(model) },
    paragraph(summary),
    ...troubleNote(model),
  ];
}

function facts({ study, run, state, started, ended, made, seconds }: PageModel) {
  const time = started === undefined ? 'not yet' : moment(started);
  const took =
    seconds === undefined ? '–' : `${duration(seconds)}${ended === undefined ? ` until ${moment(made)}` : ''}`;
  const entries: { readonly term: string; readonly content: readonly Inline[] }[] = [
    { term: 'Study', content: [study] },
    { term: 'Run', content: [code(run)] },
    { term: 'Started', content: [time] },
    { term: 'Took', content: [took] },
    { term: 'State', content: [state === undefined ? 'not started' : stateWords[state]] },
  ];
  return entries;
}

const stateWords: { readonly [state in RunState]: string } = {
  running: 'running',
  paused: 'paused',
  done: 'done',
  failed: 'ended, not complete',
  cancelled: 'cancelled',
};

/** Whoever reads no further must know that something is not there. */
function troubleNote({ counts, sections, failures }: PageModel): Block[] {
  const trouble = troubles(counts);
  if (trouble === '') return [];
  const lacking = sections.filter(({ missing }) => missing.length > 0);
  const where: Inline[] = lacking.flatMap(({ title, anchor }, index): Inline[] => [
    index === 0 ? ' Numbers are missing from: ' : ', ',
    { kind: 'link', anchor, text: title },
  ]);
  const total = counts.failed + counts.blocked + counts.cancelled;
  const detail: Inline[] =
    failures.length > 0 ? [' See ', { kind: 'link', anchor: 'failures', text: 'Failures' }, '.'] : [];
  const end = where.length > 0 ? ['.'] : [];
  return [
    {
      kind: 'note',
      tone: 'missing',
      content: [`${counted(total, 'cell')} without a result: ${trouble}.`, ...where, ...end, ...detail],
    },
  ];
}

/** Where to find what. */
export function contentsBlock({ sections, gates, failures }: PageModel): Block {
  const places = [
    ...sections,
    ...(gates.length > 0 ? [{ anchor: 'gates', title: 'Registered gates' }] : []),
    { anchor: 'study', title: 'The study' },
    { anchor: 'ran', title: 'What ran' },
    ...(failures.length > 0 ? [{ anchor: 'failures', title: 'Failures' }] : []),
    { anchor: 'methods', title: 'Methods' },
    { anchor: 'lineage', title: 'Lineage' },
  ];
  return { kind: 'list', items: places.map(({ anchor, title }): Inline[] => [{ kind: 'link', anchor, text: title }]) };
}

/** `2026-01-02 03:04 UTC`. */
export function moment(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
