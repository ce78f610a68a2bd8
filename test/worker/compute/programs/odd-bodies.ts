/** Bodies for compute processes under test, one kind for each way in which a body can end; they stand in for the real ones. */
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { type CellContext, type StepBody, stepBody } from '../../../../activities/step-body.ts';
import { defineStepKind } from '../../../../schemas/step-kind.ts';

export const odd = defineStepKind({
  kind: 'odd',
  version: 1,
  summary: 'Ends as it is told to.',
  weight: 'heavy',
  with: z.strictObject({
    how: z.enum([
      'return',
      'wait',
      'exit',
      'crash',
      'throw',
      'complain',
      'throw-later',
      'reject-unheard',
      'fill-heap',
      'fill-buffers',
      'hang',
      'block',
    ]),
    seconds: z.number().default(30),
  }),
  seeds: [],
  in: {},
  out: { out: { kind: 'table', summary: 'the process that made it', columns: { pid: 'int32' } } },
  metrics: {},
});

type Odd = CellContext<typeof odd>;

const oddBody = stepBody(odd, async cell => {
  // Said before anything else, so that a test knows that the cell is at work.
  await cell.progress({ step: 0, steps: 1 });
  await ways[cell.with.how](cell);
  return { outputs: { out: await cell.writeTable(odd.out.out.columns, [{ pid: process.pid }]) } };
});

/** In place of activities/steps/bodies.ts. */
export async function bodyOf(kind: string): Promise<StepBody> {
  if (kind !== odd.kind) throw new Error(`internal: no body for the step kind \`${kind}\``);
  return oddBody;
}

const ways: Readonly<Record<Odd['with']['how'], (cell: Odd) => Promise<void>>> = {
  return: async () => undefined,
  wait: async cell => {
    for (let waited = 0; waited < cell.with.seconds; waited += 0.02) {
      await setTimeout(20);
      await cell.progress({ step: 0, steps: 1 });
    }
  },
  exit: async () => process.exit(3),
  crash: async () => process.abort(),
  throw: async () => {
    throw new Error('the body threw this');
  },
  complain: async () => {
    console.error('Error: Cannot allocate memory, said by way of example');
    await setTimeout(50);
    throw new Error('the body threw this');
  },
  'throw-later': async cell => {
    globalThis.setTimeout(() => {
      throw new Error('the body threw this later');
    }, 10);
    await setTimeout(1000 * cell.with.seconds);
  },
  'reject-unheard': async cell => {
    void Promise.reject(new Error('nobody heard of this'));
    await setTimeout(1000 * cell.with.seconds);
  },
  'fill-heap': async () => {
    const kept: string[][] = [];
    for (;;) kept.push(Array.from({ length: 10_000 }, (_, index) => `${kept.length} ${index}`));
  },
  'fill-buffers': async () => {
    const kept: ArrayBuffer[] = [];
    for (;;) kept.push(new ArrayBuffer(2 ** 52));
  },
  hang: cell => setTimeout(1000 * cell.with.seconds),
  block: async cell => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000 * cell.with.seconds);
  },
};
