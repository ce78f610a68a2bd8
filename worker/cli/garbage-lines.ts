/** What a garbage collection found and did, for people and for programs. */
import type { Collection } from '../collect/collect-garbage.ts';
import type { KeptBecause, KeptRun } from '../collect/kept-runs.ts';
import type { StoredItem, TrashBatch } from '../../store/store.ts';
import { ago, count, duration, grouped, size } from './quantities.ts';
import { textTable } from './text-table.ts';
import { wrapText } from './wrap-text.ts';

export interface GarbageWords {
  readonly dryRun: boolean;
  readonly graceSeconds: number;
  readonly now: Date;
  readonly width: number;
}

export function garbageLines(collection: Collection, words: GarbageWords): string[] {
  const { garbage, purged, trash } = collection;
  const { dryRun, graceSeconds, now, width } = words;
  const sentences = [
    thrownAway(collection, dryRun),
    ...keptSentences(collection),
    ...(garbage.unreadable === 0
      ? []
      : [`left alone: ${count(garbage.unreadable, 'record')} that this version cannot read`]),
    ...(purged.length === 0 ? [] : [`deleted for good: ${size(bytesOf(purged))} in ${count(itemsOf(purged), 'file')}`]),
    ...(trash.length === 0
      ? []
      : [
          `in the trash: ${size(bytesOf(trash))}, the oldest of it thrown away ${ago(trash[0]?.batch ?? now, now)}; a gc deletes it after ${duration(graceSeconds)}. Take all of it back: espalier gc --undo`,
        ]),
  ];
  return [...stepTable(collection, width), ...sentences.flatMap(sentence => wrapText(sentence, width))];
}

function stepTable({ garbage: { steps } }: Collection, width: number): string[] {
  if (steps.length === 0) return [];
  const right = 'right' as const;
  const columns = [
    { title: 'study', flexible: true as const },
    { title: 'step', flexible: true as const },
    { title: 'cells', align: right },
    { title: 'size', align: right },
    { title: 'to make again', align: right },
  ];
  const rows = steps.map(({ study, step, cells, bytes, seconds }) => [
    study,
    step,
    grouped(cells),
    size(bytes),
    duration(seconds),
  ]);
  return [...textTable(columns, rows, width), ''];
}

function thrownAway({ garbage, moved }: Collection, dryRun: boolean): string {
  const { steps, items, loose, unfinished } = garbage;
  if (items.length === 0) return 'nothing to throw away';
  const cells = steps.reduce((sum, step) => sum + step.cells, 0);
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  const among = [
    ...(loose.blobs === 0 ? [] : [`${count(loose.blobs, 'loose file')} (${size(loose.bytes)})`]),
    ...(unfinished.cells === 0
      ? []
      : [`what was saved of ${count(unfinished.cells, 'unfinished cell')} (${size(unfinished.bytes)})`]),
  ];
  const rest = among.length === 0 ? '' : `, ${among.join(' and ')} among them`;
  const what = `${count(cells, 'cell')}, ${size(bytesOfItems(items))} in ${count(dryRun ? items.length : moved, 'file')}${rest}`;
  return `${dryRun ? 'would go' : 'thrown'} to the trash: ${what}; making them again would take ${duration(seconds)} of work`;
}

/** A record lies under two names, which is one file's worth of room. */
function bytesOfItems(items: readonly StoredItem[]): number {
  return items.reduce((sum, { kind, bytes }) => sum + (kind === 'content' ? 0 : bytes), 0);
}

const reasons: { readonly [because in KeptBecause]: string } = {
  unended: 'not ended',
  recent: 'ended lately',
  pinned: 'pinned',
};

/** Names are shown as far as a line holds them. */
const shownRuns = 4;

function keptSentences({ garbage: { kept } }: Collection): string[] {
  const runs = (['unended', 'recent', 'pinned'] as const).flatMap(because => {
    const names = kept.runs.filter(each => each.because === because).map(({ run }) => run.run);
    if (names.length === 0) return [];
    const more = names.length > shownRuns ? ` and ${grouped(names.length - shownRuns)} more` : '';
    return [`${reasons[because]}: ${names.slice(0, shownRuns).join(', ')}${more}`];
  });
  const extras = kept.extras === 0 ? [] : [`asked for by \`keep:\`: ${count(kept.extras, 'cell')}`];
  const why = [...runs, ...extras];
  return [`kept: ${count(kept.records, 'cell')}, ${size(kept.bytes)}${why.length === 0 ? '' : ` (${why.join('; ')})`}`];
}

export function garbageJson({ garbage, moved, purged, trash }: Collection, dryRun: boolean) {
  const { steps, items, loose, unfinished, kept, unreadable } = garbage;
  return {
    dry_run: dryRun,
    found: { files: items.length, bytes: bytesOfItems(items), loose, unfinished },
    steps,
    seconds: steps.reduce((sum, step) => sum + step.seconds, 0),
    moved,
    kept: { ...kept, runs: kept.runs.filter(({ because }) => because !== undefined).map(keptJson) },
    unreadable,
    purged: purged.map(batchJson),
    trash: trash.map(batchJson),
  };
}

function keptJson({ run, because }: KeptRun) {
  return { run: run.run, because };
}

function batchJson({ batch, items, bytes }: TrashBatch) {
  return { since: batch.toISOString(), files: items, bytes };
}

function bytesOf(batches: readonly TrashBatch[]): number {
  return batches.reduce((sum, { bytes }) => sum + bytes, 0);
}

function itemsOf(batches: readonly TrashBatch[]): number {
  return batches.reduce((sum, { items }) => sum + items, 0);
}
