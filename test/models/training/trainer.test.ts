/** What holds for every trainer: one result on every backend, and runs that go on as if never interrupted. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DivergedError } from '../../../models/training/diverged-error.ts';
import type { TrainingState } from '../../../models/training/training-state.ts';
import { allBackends, eagerly, onBackends } from '../on-backends.ts';
import { allNumbers, largestDifference } from '../toy-model.ts';
import { finish, trainerMakers } from './trainers.ts';

/** Through bytes and back, as a checkpoint goes. */
function throughBytes({ step, tensors }: TrainingState): TrainingState {
  const copies = [...tensors].map(([name, { shape, data }]) => {
    const bytes = Uint8Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return [name, { shape, data: new Float32Array(bytes.buffer) }] as const;
  });
  return { step, tensors: new Map(copies) };
}

/** Losses of whole runs by kind, from whichever backend ran first: all others have to agree with it. */
const firstLosses = new Map<string, readonly number[]>();

describe.each(Object.entries(trainerMakers))('%s', (kind, make) => {
  onBackends(allBackends, backend => {
    test('graph and eager execution, and all backends, agree in every loss and weight', () => {
      const [graph, eager] = [backend(), eagerly(backend())].map(each => {
        const trainer = make(each);
        const losses = Array.from({ length: trainer.steps }, () => trainer.step().loss);
        const numbers = allNumbers(trainer.weights());
        trainer.dispose();
        return { losses, numbers };
      });
      expect(largestDifference(graph!.losses, eager!.losses)).toBeLessThan(2e-5);
      expect(largestDifference(graph!.numbers, eager!.numbers)).toBeLessThan(2e-4);
      const known = firstLosses.get(kind) ?? graph!.losses;
      firstLosses.set(kind, known);
      expect(largestDifference(graph!.losses, known)).toBeLessThan(5e-5);
    });

    test('a run that stops and goes on elsewhere ends with the same bits', () => {
      const whole = make(backend());
      finish(whole);
      const expected = whole.state();
      whole.dispose();
      fc.assert(
        fc.property(fc.integer({ min: 0, max: expected.step }), stop => {
          const first = make(backend());
          for (let step = 0; step < stop; step++) first.step();
          const saved = throughBytes(first.state());
          first.dispose();
          const second = make(backend());
          second.restore(saved);
          expect(second.done()).toBe(stop);
          finish(second);
          expect(second.state()).toEqual(expected);
          second.dispose();
        }),
        { numRuns: 4 },
      );
    });

    test('another seed gives other weights', () => {
      const ends = [1, 2].map(seed => {
        const trainer = make(backend(), { seed, steps: 2 });
        finish(trainer);
        const numbers = allNumbers(trainer.weights());
        trainer.dispose();
        return numbers;
      });
      expect(largestDifference(ends[0]!, ends[1]!)).toBeGreaterThan(1e-4);
    });

    test('training lowers the loss on rows it sees again and again', () => {
      const trainer = make(backend(), { steps: 30, learningRate: 0.02 });
      const losses = Array.from({ length: 30 }, () => trainer.step().loss);
      trainer.dispose();
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean(losses.slice(-5))).toBeLessThan(0.9 * mean(losses.slice(0, 5)));
    });

    test('a loss that is no number ends the run with the step, and weights stay as they were', () => {
      const trainer = make(backend(), {
        learningRate: 1e30,
        schedule: { kind: 'constant', warmup: 0 },
      });
      let before = trainer.state();
      const run = () => {
        for (;;) {
          before = trainer.state();
          trainer.step();
        }
      };
      const failure = catchError(run);
      expect(failure).toBeInstanceOf(DivergedError);
      expect(failure).toMatchObject({ failure: 'diverged', step: before.step + 1 });
      expect(trainer.state()).toEqual(before);
      trainer.dispose();
    });

    test('a batch in parts makes the same steps as the batch at once, and the same bits each time', () => {
      const ends = [undefined, 1, 1].map(microBatch => {
        const trainer = make(backend(), { microBatch, batchSize: 3 });
        const reports = Array.from({ length: trainer.steps }, () => trainer.step());
        const numbers = allNumbers(trainer.weights());
        const tensors = backend().tf.memory().numTensors;
        trainer.dispose();
        return {
          losses: reports.map(({ loss }) => loss),
          targets: reports.map(each => each.targetTokens),
          numbers,
          tensors,
        };
      });
      const [whole, parts, again] = ends;
      expect(parts!.targets).toEqual(whole!.targets);
      expect(largestDifference(parts!.losses, whole!.losses)).toBeLessThan(2e-5);
      expect(largestDifference(parts!.numbers, whole!.numbers)).toBeLessThan(2e-4);
      expect(again).toEqual(parts);
      expect(parts!.tensors).toBe(whole!.tensors);
    });

    test('a state of another shape is refused by name', () => {
      const trainer = make(backend());
      const state = trainer.state();
      const [name, tensor] = [...state.tensors][0]!;
      const cut = new Map([...state.tensors, [name, { ...tensor, shape: [1] }]]);
      expect(() => trainer.restore({ step: 1, tensors: cut })).toThrow(name.replace('weights/', ''));
      trainer.dispose();
    });
  });
});

function catchError(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
