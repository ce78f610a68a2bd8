/** `espalier run STUDY`: makes what is missing, and goes on where an interrupted run stood. */
import { beginRun } from '../../run/begin-run.ts';
import { makeHomeStore } from '../../run/home-store.ts';
import { type Command, printJson } from '../command.ts';
import { sayCodeState } from '../code-notices.ts';
import { executeRun } from '../execute-run.ts';
import { exitCodes } from '../exit-codes.ts';
import { type StudyArguments, diagnosticsJson, planOf, sayDiagnostics } from '../load-plan.ts';

export interface RunArguments extends StudyArguments {
  /** 1 to 5. */
  readonly priority: number | undefined;
}

export const run: Command<RunArguments> = async (context, given) => {
  const result = planOf(given);
  if (!result.ok) {
    if (context.json) printJson(context, { ok: false, diagnostics: diagnosticsJson(result) });
    else sayDiagnostics(context, result);
    return exitCodes.wrongInput;
  }
  sayDiagnostics(context, result);
  sayCodeState(context, result.plan.cellList);
  const store = await makeHomeStore(context.config.home);
  const { study: file, set, priority } = given;
  const { record, resumed } = await beginRun(store, { plan: result.plan, file, set, priority });
  return executeRun(context, { store, record, resumed, cells: result.plan.cellList });
};
