/** Says which code of external trainers is in no commit: its digest is in the key, but nobody else could get it. */
import { type CodeState, codeState } from '../../activities/trainer/code-state.ts';
import { codePaths } from '../../activities/trainer/trainer-code.ts';
import type { PlanCell } from '../../schemas/plan.ts';
import type { CommandContext } from './command.ts';

/** The states of all code that a plan names, each path once. */
function codeStates(cells: readonly PlanCell[]): CodeState[] {
  const paths = new Set(cells.flatMap(({ files }) => codePaths(files)));
  return [...paths].flatMap(path => codeState(path) ?? []);
}

export function sayCodeState({ terminal }: Pick<CommandContext, 'terminal'>, cells: readonly PlanCell[]): void {
  for (const { path, commit, dirty } of codeStates(cells)) {
    if (dirty)
      terminal.say(
        `${terminal.paintError.yellow('code')}  ${path} differs from commit ${commit.slice(0, 12)}; commit it, so that the result can be made again elsewhere`,
      );
  }
}
