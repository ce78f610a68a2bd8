/** `espalier validate STUDY`: is the study right? */
import { type Command, printJson } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { type StudyArguments, diagnosticsJson, planOf, sayDiagnostics } from '../load-plan.ts';
import { count } from '../quantities.ts';

export const validate: Command<StudyArguments> = async (context, given) => {
  const result = planOf(given);
  if (context.json) printJson(context, { ok: result.ok, diagnostics: diagnosticsJson(result) });
  else {
    sayDiagnostics(context, result);
    if (result.ok) {
      const { study, steps, cells } = result.plan;
      context.terminal.out(
        `${context.terminal.paint.green('ok')}  ${study}: ${count(steps.length, 'step')}, ${count(cells, 'cell')}`,
      );
    }
  }
  return result.ok ? exitCodes.done : exitCodes.wrongInput;
};
