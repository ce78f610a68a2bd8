/** `espalier run STUDY`: makes what is missing, and goes on where an interrupted run stood. */
import { beginRun } from '../../run/begin-run.ts';
import { makeHomeStore } from '../../run/home-store.ts';
import { type Command, printJson } from '../command.ts';
import { executeRun } from '../execute-run.ts';
import { exitCodes } from '../exit-codes.ts';
import { type StudyArguments, diagnosticsJson, planOf, sayDiagnostics } from '../load-plan.ts';

export const run: Command<StudyArguments> = async (context, given) => {
  const result = planOf(given);
  if (!result.ok) {
    if (context.json) printJson(context, { ok: false, diagnostics: diagnosticsJson(result) });
    else sayDiagnostics(context, result);
    return exitCodes.wrongInput;
  }
  sayDiagnostics(context, result);
  const store = await makeHomeStore(context.config.home);
  const { record, resumed } = await beginRun(store, { plan: result.plan, file: given.study, set: given.set });
  return executeRun(context, { store, record, resumed, cells: result.plan.cellList });
};
