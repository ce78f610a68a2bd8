/** A study file and its flags, planned; or everything that is wrong with them, printed. */
import { printDiagnostics } from '../../planner/print-diagnostics.ts';
import { type PlanResult, planStudy } from '../../planner/plan-study.ts';
import { stepKinds } from '../../schemas/steps/registry.ts';
import { studyFiles } from '../study-files.ts';
import type { CommandContext } from './command.ts';

export interface StudyArguments {
  readonly study: string;
  readonly set: readonly string[];
}

export function planOf({ study, set }: StudyArguments): PlanResult {
  return planStudy(studyFiles, { file: study, set, registry: stepKinds });
}

/** Diagnostics (or, of a plan, its warnings) for people, on stderr. */
export function sayDiagnostics({ terminal }: Pick<CommandContext, 'terminal'>, result: PlanResult): void {
  const diagnostics = result.ok ? result.warnings : result.diagnostics;
  const text = printDiagnostics(diagnostics, result.texts, { color: terminal.paintError.isColorSupported });
  if (text !== '') terminal.draw(text);
}

/** Diagnostics as `--json` shows them. */
export function diagnosticsJson(result: PlanResult) {
  const diagnostics = result.ok ? result.warnings : result.diagnostics;
  return diagnostics.map(({ code, message, remedy, location: { file, line, column } }) => ({
    code,
    message,
    file,
    line,
    column,
    remedy,
  }));
}
