/** `no-op`: see schemas/steps/no-op. */
import { setTimeout } from 'node:timers/promises';
import { noOp } from '../../schemas/steps/no-op.ts';
import { CellFailure } from '../cell-failure.ts';
import { stepBody } from '../step-body.ts';

/** Sleeps in pieces, so that it can be told to stop. */
const nap = 0.2;

export const noOpBody = stepBody(noOp, async cell => {
  const { sleep, fail, bytes } = cell.with;
  for (let slept = 0; slept < sleep; slept += nap) {
    await setTimeout(1000 * Math.min(nap, sleep - slept));
    await cell.progress({ step: Math.round(Math.min(sleep, slept + nap) * 1000), steps: Math.round(sleep * 1000) });
  }
  if (fail !== false) throw new CellFailure(fail === true ? 'user' : fail, 'it was asked to fail');
  const rows = [{ parts: cell.parts('parts').length, text: 'x'.repeat(bytes) }];
  return { outputs: { out: await cell.writeTable(noOp.out.out.columns, rows) } };
});
