/** `espalier audit [RUN]`: whether recorded results come out the same when they are made again. */
import { allCells } from '../../../activities/open-run.ts';
import { createPlanReader } from '../../../activities/plan-reader.ts';
import type { Nondeterminism } from '../../../schemas/nondeterminism.ts';
import type { PlanCell } from '../../../schemas/plan.ts';
import type { RunRecord } from '../../../schemas/run.ts';
import type { Store } from '../../../store/store.ts';
import type { AuditedCell } from '../../audit/audit-cell.ts';
import { auditRun } from '../../audit/audit-run.ts';
import { type SampleSize, sampleCells } from '../../audit/sample-cells.ts';
import { findResult } from '../../run/find-result.ts';
import { findRun } from '../../run/find-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { missingCells } from '../../run/missing-result.ts';
import { auditLines, verdictCounts } from '../audit-lines.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { type ExitCode, UsageError, exitCodes } from '../exit-codes.ts';
import { count } from '../quantities.ts';
import { wrapText } from '../wrap-text.ts';

export interface AuditArguments {
  readonly run: string | undefined;
  readonly sample: string | undefined;
  readonly seed: string | undefined;
  readonly cells: string | undefined;
}

export const audit: Command<AuditArguments> = async (context, given) => {
  const size = sampleSize(given);
  const store = await openHomeStore(context.config.home);
  if (given.run === undefined) {
    if (given.sample !== undefined || given.seed !== undefined || given.cells !== undefined)
      throw new UsageError('name the run whose cells are to be made again: espalier audit RUN');
    return listKnown(context, await store.nondeterminism());
  }
  const run = await findRun(store, given.run);
  const recorded = await recordedCells(store, run, given.cells);
  const seed = Number(given.seed ?? 0);
  const sample = sampleCells(recorded, size, seed);
  context.terminal.say(
    `${run.run}: ${sample.length} of ${count(recorded.length, 'recorded cell')} made again (seed ${seed})`,
  );
  const audited = await makeAgain(context, { store, run, sample });
  const counts = verdictCounts(audited);
  if (context.json) printJson(context, { run: run.run, seed, recorded: recorded.length, ...counts, cells: audited });
  else
    for (const line of auditLines(audited, context.terminal.paint, context.terminal.width()))
      context.terminal.out(line);
  return counts.different + counts.failed > 0 ? exitCodes.cellsFailed : exitCodes.done;
};

interface Sampled {
  readonly store: Store;
  readonly run: RunRecord;
  readonly sample: readonly PlanCell[];
}

async function makeAgain({ config, terminal, signal }: CommandContext, { store, run, sample }: Sampled) {
  let ended = 0;
  const onCell = ({ cell, verdict }: AuditedCell) => {
    ended += 1;
    terminal.say(`${ended} of ${sample.length}: ${cell}: ${verdict}`);
  };
  return auditRun(config, { store, run: run.run, cells: sample, signal, onCell });
}

/** `2%` unless cells are named: then all of them. */
function sampleSize({ sample, cells }: AuditArguments): SampleSize {
  if (sample === undefined) return { share: cells === undefined ? 0.02 : 1 };
  const [, share] = /^(\d{1,3}(?:\.\d+)?)%$/.exec(sample) ?? [];
  if (share !== undefined && Number(share) > 0 && Number(share) <= 100) return { share: Number(share) / 100 };
  if (/^[1-9]\d{0,8}$/.test(sample)) return { cells: Number(sample) };
  throw new UsageError(`--sample is \`${sample}\`: give a share such as 2%, or a number of cells`);
}

async function recordedCells(
  store: Store,
  run: RunRecord,
  reference: string | undefined,
): Promise<readonly PlanCell[]> {
  const cells = await cellsMeant(store, run, reference);
  const missing = new Set(await missingCells(store, run, cells));
  const recorded = cells.filter(cell => !missing.has(cell));
  if (recorded.length === 0) throw new UsageError(`no cell of ${reference ?? run.run} has a result to audit`);
  return recorded;
}

async function cellsMeant(store: Store, run: RunRecord, reference: string | undefined): Promise<readonly PlanCell[]> {
  if (reference === undefined) {
    const plans = createPlanReader(store);
    return allCells(plans, run.plan, await plans.head(run.plan));
  }
  const found = await findResult(store, reference, run.run);
  if (found.kind === 'cells') return found.cells;
  throw new UsageError(`--cells is \`${reference}\`: name a step or a cell of ${run.run}, not a key or digest`);
}

function listKnown(context: CommandContext, notes: readonly Nondeterminism[]): ExitCode {
  const { terminal } = context;
  if (context.json) printJson(context, notes);
  else if (notes.length === 0) terminal.say('no result is known to differ. Make some again: espalier audit RUN');
  for (const { name, key, at, found_by: foundBy, recorded, again, difference, outputs } of context.json ? [] : notes) {
    terminal.out(`${terminal.paint.bold(name)}  ${key.slice(0, 12)}`);
    const found = foundBy === 'audit' ? 'found by an audit' : 'found when two workers published it';
    const facts = [
      `${found}, ${at}`,
      ...Object.entries(outputs).map(
        ([port, each]) =>
          `${port} ${each.recorded?.slice(0, 12) ?? 'nothing'} and ${each.again?.slice(0, 12) ?? 'nothing'}`,
      ),
      ...(difference === undefined ? [] : [`first difference: ${difference}`]),
      `recorded by ${recorded.run} on ${machine(recorded)}; again by ${again.run} on ${machine(again)}`,
    ];
    for (const fact of facts) for (const line of wrapText(fact, terminal.width() - 2)) terminal.out(`  ${line}`);
  }
  return exitCodes.done;
}

function machine({ environment: { host, node, backend } }: Nondeterminism['recorded']): string {
  return `${host} (node ${node}${backend === undefined ? '' : `, ${backend.name} ${backend.mode}`})`;
}
