/** What a trainer reported while it ran, and whether that is what the study declares. */
import type { TrainerLine } from '../../schemas/trainer-contract.ts';
import { CellFailure } from '../cell-failure.ts';
import type { StepProgress } from '../step-body.ts';

export interface Reported {
  /** Takes a line; the progress to pass on, where it says any. */
  readonly add: (line: TrainerLine) => StepProgress | undefined;
  /** The last value of each. */
  readonly last: () => Pick<TrainerLine, 'step' | 'steps' | 'world_size' | 'effective_batch'>;
}

/** `declared`: steps as the study says, for a trainer that does not. */
export function createReported(declared: number | undefined): Reported {
  let last: TrainerLine = {};
  return {
    add: line => {
      last = { ...last, ...line };
      const { step, steps, loss, checkpoint } = last;
      if (step === undefined || (line.step === undefined && line.checkpoint === undefined)) return undefined;
      return {
        step,
        steps: steps ?? declared ?? step,
        ...(loss === undefined ? {} : { loss }),
        ...(checkpoint === undefined ? {} : { checkpoint }),
      };
    },
    last: () => last,
  };
}

interface Declared {
  readonly world_size?: number | undefined;
  readonly effective_batch?: number | undefined;
  readonly steps?: number | undefined;
}

/** A `CellFailure` of class `user` where the trainer did something else than the study declares, or never said. */
export function checkReported(declared: Declared, reported: Reported): void {
  const { step, world_size, effective_batch } = reported.last();
  const found = { world_size, effective_batch, steps: step };
  for (const name of ['world_size', 'effective_batch', 'steps'] as const) {
    const wanted = declared[name];
    if (wanted === undefined || found[name] === wanted) continue;
    const said = found[name] === undefined ? 'its trainer never reported it' : `its trainer reported ${found[name]}`;
    throw new CellFailure(
      'user',
      `the study declares \`${name}: ${wanted}\`, and ${said}${name === 'steps' ? ' as the last step' : ''}`,
    );
  }
}
