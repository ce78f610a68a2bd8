/** One trainer of each kind on toy data, for tests that hold for all of them. */
import type { Backend } from '../../../models/backend/backend.ts';
import { createDpoTrainer, type PreferencePair } from '../../../models/training/dpo-trainer.ts';
import { createLoraTrainer } from '../../../models/training/lora-trainer.ts';
import { createSftTrainer } from '../../../models/training/sft-trainer.ts';
import type { Trainer, TrainingOptions } from '../../../models/training/trainer.ts';
import { toyExamples, toyModel, toyTraining } from '../toy-model.ts';

const model = toyModel();
const examples = toyExamples(10);
const pairs: readonly PreferencePair[] = Array.from({ length: 5 }, (_, index) => ({
  chosen: examples[index]!,
  rejected: examples[index + 5]!,
  reference: { chosen: -4 - index, rejected: -5 },
}));
const adapter = {
  rank: 2,
  alpha: 4,
  rankStabilized: false,
  projections: ['v_proj', 'gate_proj'],
  layers: null,
} as const;

/** Makes a trainer; options may be changed. */
export type TrainerMaker = (backend: Backend, changes?: Partial<TrainingOptions>) => Trainer;

export const trainerMakers: Readonly<Record<string, TrainerMaker>> = {
  SFT: (backend, changes) => createSftTrainer(backend, { ...toyTraining, model, examples, ...changes }),
  LoRA: (backend, changes) => createLoraTrainer(backend, { ...toyTraining, model, adapter, examples, ...changes }),
  DPO: (backend, changes) =>
    createDpoTrainer(backend, {
      ...toyTraining,
      batchSize: 2,
      model,
      pairs,
      beta: 0.5,
      lengthNormalized: false,
      ...changes,
    }),
  'length-normalised DPO': (backend, changes) =>
    createDpoTrainer(backend, {
      ...toyTraining,
      batchSize: 2,
      model,
      pairs,
      beta: 5,
      lengthNormalized: true,
      ...changes,
    }),
};

/** Runs a trainer to its end. */
export function finish(trainer: Trainer): void {
  while (trainer.done() < trainer.steps) trainer.step();
}
