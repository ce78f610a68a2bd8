/** A result by what a person typed: a step, a graph's port, a cell's name, or the beginning of a key or digest. */
import { allCells } from '../../activities/open-run.ts';
import { createPlanReader } from '../../activities/plan-reader.ts';
import { nearestName } from '../../planner/nearest-name.ts';
import type { CellRecord } from '../../schemas/cell-record.ts';
import { type Digest, digestSchema } from '../../schemas/identity.ts';
import { type PlanCell, type PlanHead, cellName } from '../../schemas/plan.ts';
import type { RunRecord } from '../../schemas/run.ts';
import type { Store } from '../../store/store.ts';
import { UsageError } from '../cli/exit-codes.ts';
import { findRun } from './find-run.ts';

export interface FoundCells {
  readonly kind: 'cells';
  readonly run: RunRecord;
  /** Cells in plan order, those without a result among them. */
  readonly cells: readonly PlanCell[];
  /** The output meant; undefined where only the step was named. */
  readonly output: string | undefined;
}

export interface FoundRecord {
  readonly kind: 'record';
  readonly record: CellRecord;
}

export interface FoundDigest {
  readonly kind: 'artifact';
  readonly digest: Digest;
  /** What made it, where a record says. */
  readonly record: CellRecord | undefined;
}

const hexadecimal = /^[0-9a-f]{6,64}$/;

/** A `UsageError` with the nearest name where nothing is meant by it. */
export async function findResult(
  store: Store,
  reference: string,
  run: string | undefined,
): Promise<FoundCells | FoundRecord | FoundDigest> {
  if (hexadecimal.test(reference)) {
    const found = (await byKey(store, reference)) ?? (await byDigest(store, reference));
    if (found !== undefined) return found;
  }
  const record = await findRun(store, run);
  const plans = createPlanReader(store);
  const head = await plans.head(record.plan);
  const cells = await allCells(plans, record.plan, head);
  const named = parseCellName(reference);
  if (named !== undefined) return { kind: 'cells', run: record, ...oneCell(cells, head, named) };
  const target = stepOutput(head, reference);
  if (target === undefined) throw unknownReference(reference, head);
  return { kind: 'cells', run: record, cells: cells.filter(cell => cell.step === target.step), output: target.output };
}

async function byKey(store: Store, prefix: string): Promise<FoundRecord | undefined> {
  const [key, ...more] = await store.keysLike(prefix, 2);
  if (key === undefined) return undefined;
  if (more.length > 0) throw new UsageError(`several keys begin with ${prefix}: give more of it`);
  const record = await store.record(key);
  return record === undefined ? undefined : { kind: 'record', record };
}

async function byDigest(store: Store, text: string): Promise<FoundDigest | undefined> {
  const digest = digestSchema.safeParse(text);
  if (!digest.success || !(await store.has(digest.data))) return undefined;
  return { kind: 'artifact', digest: digest.data, record: await store.recordOfArtifact(digest.data) };
}

/** `step[axis=value, …]`, perhaps with an output after it. */
function parseCellName(reference: string) {
  const match = /^([^[\]]+)(\[[^\]]*\])(?:\.([\w-]+))?$/.exec(reference.trim());
  const [, step, at, output] = match ?? [];
  return step === undefined || at === undefined ? undefined : { step, at, output };
}

function oneCell(
  cells: readonly PlanCell[],
  head: PlanHead,
  named: { readonly step: string; readonly at: string; readonly output: string | undefined },
) {
  const target = stepOutput(head, named.step) ?? { step: named.step, output: undefined };
  const plain = (text: string) => text.replaceAll(' ', '');
  const own = cells.filter(cell => cell.step === target.step);
  const found = own.find(cell => plain(cellName(cell.step, cell.at)) === plain(`${target.step}${named.at}`));
  if (found !== undefined) return { cells: [found], output: named.output ?? target.output };
  const names = own.map(cell => cellName(cell.step, cell.at));
  const nearest = nearestName(`${target.step}${named.at}`, names) ?? names[0];
  throw new UsageError(
    `there is no cell \`${named.step}${named.at}\`.${nearest === undefined ? '' : ` One of its step is \`${nearest}\``}`,
  );
}

/** A step's name, a graph's port, or either with an output after it. */
function stepOutput(
  head: PlanHead,
  reference: string,
): { readonly step: string; readonly output: string | undefined } | undefined {
  const alias = head.aliases[reference];
  if (alias !== undefined) return alias;
  if (head.steps.some(({ step }) => step === reference)) return { step: reference, output: undefined };
  const dot = reference.lastIndexOf('.');
  const step = reference.slice(0, Math.max(0, dot));
  return head.steps.some(each => each.step === step) ? { step, output: reference.slice(dot + 1) } : undefined;
}

function unknownReference(reference: string, head: PlanHead): UsageError {
  const names = [...Object.keys(head.aliases), ...head.steps.map(({ step }) => step)];
  if (hexadecimal.test(reference))
    return new UsageError(
      `no cell's key begins with ${reference}, no artifact has it as its digest, and no step of ${head.study} is called so`,
    );
  const nearest = nearestName(reference, names);
  const hint =
    nearest === undefined
      ? 'Steps: ' +
        head.steps
          .map(({ step }) => step)
          .slice(0, 12)
          .join(', ')
      : `Did you mean \`${nearest}\`?`;
  return new UsageError(`nothing is called \`${reference}\` in ${head.study}. ${hint}`);
}
