/** `espalier lineage CELL|DIGEST`: the tree of everything a result was made from. */
import { describeChanges } from '../../../activities/changed-recipe.ts';
import type { CellRecord } from '../../../schemas/cell-record.ts';
import { cellName } from '../../../schemas/plan.ts';
import type { Store } from '../../../store/store.ts';
import { type Ancestor, type AncestorInput, ancestry } from '../../run/ancestry.ts';
import { findResult } from '../../run/find-result.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { describeMissing } from '../../run/missing-result.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { UsageError, exitCodes } from '../exit-codes.ts';
import { count, duration, size } from '../quantities.ts';
import { wrapText } from '../wrap-text.ts';

export interface LineageArguments {
  readonly reference: string;
  readonly run: string | undefined;
  readonly depth: string | undefined;
}

export const lineage: Command<LineageArguments> = async (context, { reference, run, depth }) => {
  const store = await openHomeStore(context.config.home);
  const record = await recordOf(store, reference, run);
  const tree = await ancestry(store, record, depth === undefined ? undefined : Number(depth));
  if (context.json) printJson(context, asJson(tree, new Set()));
  else printTree(context, tree);
  return exitCodes.done;
};

async function recordOf(store: Store, reference: string, run: string | undefined): Promise<CellRecord> {
  const found = await findResult(store, reference, run);
  if (found.kind === 'record') return found.record;
  if (found.kind === 'artifact') {
    if (found.record !== undefined) return found.record;
    throw new UsageError(`no record says what made ${reference}`);
  }
  const [cell, ...more] = found.cells;
  if (cell === undefined) throw new UsageError(`${reference} has no cells in ${found.run.run}`);
  if (more.length > 0)
    throw new UsageError(
      `${reference} is ${found.cells.length} cells; name one, as in '${cellName(cell.step, cell.at)}'`,
    );
  const record = await store.record(cell.key, found.run.run);
  if (record !== undefined) return record;
  throw new UsageError(await describeMissing(store, found.run, cell));
}

/** A record met again is named only: the tree stays as large as what there is to say. */
function asJson(tree: Ancestor, seen: Set<string>): object {
  if (seen.has(tree.record.key)) return { key: tree.record.key, name: tree.record.name, shown: 'above' };
  seen.add(tree.record.key);
  return {
    ...tree.record,
    inputs: tree.inputs.map(({ parts, ...input }) => ({
      ...input,
      parts: parts.map(({ ancestor, ...part }) => ({
        ...part,
        made_by: ancestor === undefined ? null : asJson(ancestor, seen),
      })),
    })),
  };
}

/** Parts of a gathered input shown in full; the rest are counted. */
const shownParts = 3;

function printTree({ terminal }: CommandContext, tree: Ancestor): void {
  const seen = new Set<string>();
  const { bold, dim } = terminal.paint;
  const node = (found: Ancestor, lead: string, label: string) => {
    const { record } = found;
    const again = seen.has(record.key);
    terminal.out(
      `${lead}${label}${bold(record.name)}  ${record.use}  ${dim(record.key.slice(0, 12))}${again ? dim('  (shown above)') : ''}`,
    );
    if (again) return;
    seen.add(record.key);
    const inner = `${lead}${label === '' ? '' : '  '}`;
    for (const line of [...facts(record)].flatMap(fact => wrapText(fact, terminal.width() - inner.length - 2)))
      terminal.out(`${inner}  ${dim(line)}`);
    for (const each of found.inputs) input(each, `${inner}  `);
  };
  const input = (each: AncestorInput, lead: string) => {
    for (const { ancestor, output, at, digest, where, key } of each.parts.slice(0, shownParts)) {
      const place = each.axes.map((axis, index) => `${axis}=${String(at[index])}`).join(', ');
      const rows =
        where === undefined
          ? ''
          : ` where ${Object.entries(where)
              .map(([column, value]) => `${column}=${String(value)}`)
              .join(', ')}`;
      const label = `${each.port}${place === '' ? '' : `[${place}]`} ← ${output} ${digest.slice(0, 12)}${rows} of `;
      if (ancestor === undefined) terminal.out(`${lead}${label}${dim(key.slice(0, 12))}`);
      else node(ancestor, lead, label);
    }
    const more = each.parts.length - shownParts;
    if (more > 0) terminal.out(`${lead}${each.port}: and ${count(more, 'more part')} like these`);
    if (each.missing > 0) terminal.out(`${lead}${each.port}: ${count(each.missing, 'part')} missing`);
  };
  node(tree, '', '');
}

function* facts(record: CellRecord): Generator<string> {
  const { environment, attempts, resumed_at: resumed } = record;
  const list = (values: Readonly<Record<string, unknown>>) =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join(' ');
  if (Object.keys(record.with).length > 0) yield `with ${list(record.with)}`;
  if (Object.keys(record.seeds).length > 0) yield `seeds ${list(record.seeds)}`;
  for (const [name, { path, digest }] of Object.entries(record.files))
    yield `file ${name}=${path} ${digest.slice(0, 12)}`;
  const outputs = Object.entries(record.outputs).map(
    ([port, { digest, bytes }]) => `${port} ${digest.slice(0, 12)} (${size(bytes)})`,
  );
  yield `gave ${outputs.join(', ')}`;
  const backend =
    environment.backend === undefined
      ? ''
      : `, ${environment.backend.name} ${environment.backend.mode} (${environment.backend.library})`;
  const reuse = record.reused_from === undefined ? '' : `, reused from ${record.reused_from.slice(0, 12)}`;
  yield `${record.run} ${record.started} in ${duration(record.seconds)} on ${environment.host}${backend}, version ${record.version}${reuse}`;
  for (const attempt of attempts) yield `attempt failed (${attempt.class}): ${attempt.message}`;
  if (resumed.length > 0) yield `taken up again after step ${resumed.join(', ')}`;
  if (record.changed !== undefined)
    yield `recipe changed after failures: ${describeChanges(record.changed.after)}; planned as ${record.changed.planned.slice(0, 12)}`;
  if (record.partial) yield 'for this run alone: a part was missing or a recipe changed, here or further up';
}
