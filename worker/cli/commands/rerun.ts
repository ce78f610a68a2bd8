/** `espalier rerun RUN`: makes what failed or was blocked in a run that has ended, as a run of its own. */
import { existsSync } from 'node:fs';
import { type Plan, cellName } from '../../../schemas/plan.ts';
import { numbersIn } from '../../../schemas/ranges.ts';
import type { RunRecord } from '../../../schemas/run.ts';
import { readPlanHead } from '../../../store/plan-files.ts';
import type { Store } from '../../../store/store.ts';
import { setFlags } from '../../report/commands.ts';
import { beginRun, hasEnded } from '../../run/begin-run.ts';
import { findRun } from '../../run/find-run.ts';
import { openHomeStore } from '../../run/home-store.ts';
import { type PlannedRerun, planRerun } from '../../run/plan-rerun.ts';
import { changesJson } from '../change-lines.ts';
import { type Command, type CommandContext, printJson } from '../command.ts';
import { executeRun } from '../execute-run.ts';
import { UsageError, exitCodes } from '../exit-codes.ts';
import { diagnosticsJson, planOf, sayDiagnostics } from '../load-plan.ts';
import { count } from '../quantities.ts';
import { rerunLines, stuckText } from '../rerun-lines.ts';

export interface RerunArguments {
  readonly run: string;
  /** An expression that chooses among the cells without a result; all that failed or were blocked without it. */
  readonly cells: string | undefined;
  readonly set: readonly string[];
  readonly resources: readonly string[];
  readonly dryRun: boolean;
}

export const rerun: Command<RerunArguments> = async (context, given) => {
  const store = await openHomeStore(context.config.home);
  const origin = await findRun(store, given.run);
  if (!(await hasEnded(store, origin.run)))
    throw new UsageError(
      `${origin.run} has not ended. Go on with it: espalier resume ${origin.run}. Or end it first: espalier cancel ${origin.run}`,
    );
  const flags = given.set.length === 0 ? undefined : await flagsOf(store, origin, given.set);
  const replanned = flags === undefined ? undefined : replan(context, origin, flags);
  if (replanned === 'wrong') return exitCodes.wrongInput;
  const planned = await planRerun(store, { origin, replanned, cells: given.cells, resources: given.resources });
  refuseNothing(planned, origin, given);
  if (given.dryRun || planned.made.length === 0) {
    if (context.json) printJson(context, rerunJson(origin, planned));
    else for (const line of rerunLines(origin.run, planned, context.terminal.width())) context.terminal.out(line);
    return exitCodes.done;
  }
  for (const line of rerunLines(origin.run, planned, context.terminal.width())) context.terminal.say(line);
  const { plan, digest, left } = planned;
  const begun = await beginRun(store, {
    priority: origin.priority,
    plan,
    digest,
    file: origin.file,
    set: flags ?? origin.set,
    origin: { run: origin.run, left },
  });
  return executeRun(context, { store, ...begun, cells: plan.cellList });
};

/** The run's own flags, and the new ones after them: the last word on a param counts. */
async function flagsOf(store: Store, origin: RunRecord, set: readonly string[]): Promise<readonly string[]> {
  const before = origin.set ?? setFlags((await readPlanHead(store, origin.plan)).params);
  const nameOf = (flag: string) => flag.split('=')[0]?.trim();
  const named = new Set(set.map(nameOf));
  return [...before.filter(flag => !named.has(nameOf(flag))), ...set];
}

function replan(context: CommandContext, origin: RunRecord, set: readonly string[]): Plan | 'wrong' {
  if (!existsSync(origin.file))
    throw new UsageError(
      `${origin.run} was made from ${origin.file}, which is not there. Say this where that path holds, or: espalier run STUDY --set …`,
    );
  const result = planOf({ study: origin.file, set });
  if (result.ok && result.plan.study !== origin.study)
    throw new UsageError(`${origin.file} is the study ${result.plan.study} now; ${origin.run} was ${origin.study}`);
  if (context.json && !result.ok) printJson(context, { ok: false, diagnostics: diagnosticsJson(result) });
  else sayDiagnostics(context, result);
  return result.ok ? result.plan : 'wrong';
}

/** An expression that chooses nothing which can run is a mistake, and is told as one. */
function refuseNothing(planned: PlannedRerun, { run }: RunRecord, { cells }: RerunArguments): void {
  const { made, stuck, settled } = planned;
  if (cells === undefined || made.length > 0) return;
  const [first] = stuck;
  if (first !== undefined) throw new UsageError(`${stuckText(first)}. Choose that as well`);
  const [done] = settled;
  if (done === undefined) throw new UsageError(`no cell of ${run} is one for which \`${cells}\` holds`);
  if (planned.endOf(done).state === 'skipped')
    throw new UsageError(
      `what \`${cells}\` chooses was ruled out by a gate (${cellName(done.step, done.at)}); its verdict stands`,
    );
  throw new UsageError(
    `${count(settled.length, 'cell')} for which \`${cells}\` holds ${settled.length === 1 ? 'has a result' : 'have results'}, such as ${cellName(done.step, done.at)}, and a result never changes. To make another one beside it, change what its key is made of: espalier rerun ${run} --set NAME=VALUE (a seed, for instance)`,
  );
}

function rerunJson(origin: RunRecord, { made, left, changed, endOf, plan }: PlannedRerun) {
  const nameAt = (index: number) => {
    const cell = plan.cellList[index];
    return cell === undefined ? `cell ${index}` : cellName(cell.step, cell.at);
  };
  return {
    origin: origin.run,
    cells: made.map(cell => {
      const { state, class: failure, reason } = endOf(cell);
      const resources = plan.cellList[cell.index]?.resources;
      return { cell: nameAt(cell.index), key: cell.key, was: state, class: failure, reason, resources };
    }),
    left: left.map(({ ranges, ...end }) => ({ ...end, cells: [...numbersIn(ranges)].map(nameAt) })),
    changed: changed === undefined ? null : { ...changed, changes: changesJson(changed.changes) },
  };
}
