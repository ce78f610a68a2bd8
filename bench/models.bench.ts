/** Milliseconds per training step and per evaluation, by backend and mode, on one thread. */
import { loadavg } from 'node:os';
import { expect, test } from 'vitest';
import type { LoraOptions } from '../models/adapter/lora.ts';
import type { Backend } from '../models/backend/backend.ts';
import { loadBackend } from '../models/backend/load-backend.ts';
import { scoreCompletions } from '../models/scoring/score-completions.ts';
import type { Example } from '../models/text/example.ts';
import { createDpoTrainer } from '../models/training/dpo-trainer.ts';
import { createLoraTrainer } from '../models/training/lora-trainer.ts';
import { createSftTrainer } from '../models/training/sft-trainer.ts';
import type { Trainer } from '../models/training/trainer.ts';
import { initialWeights } from '../models/transformer/initial-weights.ts';
import { type ModelConfig, modelConfigSchema } from '../models/transformer/model-config.ts';
import { randomStream } from '../schemas/random.ts';
import { nativePackageForTests } from '../test/models/native-package.ts';
import { eagerly } from '../test/models/on-backends.ts';

/** The toy world's model (43,296 parameters) and one of 117,056. */
const organism = modelOf({ vocab_size: 258, hidden_size: 32, intermediate_size: 96, num_attention_heads: 4 });
const larger = modelOf({
  vocab_size: 256,
  hidden_size: 64,
  intermediate_size: 176,
  num_attention_heads: 2,
  tie_word_embeddings: true,
});

const options = {
  steps: 1000,
  seed: 0,
  learningRate: 1e-3,
  schedule: { kind: 'constant', warmup: 0 },
  optimizer: { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, decayVectors: false, maxGradientNorm: 1 },
} as const;
const valuesOnly: LoraOptions = { rank: 16, alpha: 32, rankStabilized: false, projections: ['v_proj'], layers: null };

const work: Readonly<Record<string, (backend: Backend) => () => void>> = {
  'base, 16 × 32': sft(organism, { batchSize: 16, length: 31, targets: 8 }),
  'coupling, 16 × 24': sft(organism, { batchSize: 16, length: 23, targets: 6 }),
  'SFT, 16 × 16': sft(organism, { batchSize: 16, length: 13, targets: 3 }),
  'DPO, 8 pairs × 16': backend => {
    const [chosen, rejected] = [examples(64, 13, 3), examples(64, 13, 3)];
    const reference = { chosen: -10, rejected: -10 };
    const pairs = chosen.map((each, pair) => ({ chosen: each, rejected: rejected[pair]!, reference }));
    const dpo = { ...options, model: organism, pairs, beta: 0.5, lengthNormalized: false, batchSize: 8 };
    return steps(createDpoTrainer(backend, dpo));
  },
  'EM LoRA on v, 8 × 16': backend => {
    const lora = { ...options, model: organism, adapter: valuesOnly, examples: examples(64, 12, 3), batchSize: 8 };
    return steps(createLoraTrainer(backend, lora));
  },
  'evaluation, 592 × 15': backend => {
    const rows = examples(592, 15, 3);
    return () => {
      scoreCompletions(backend, organism, rows, 'excluded');
    };
  },
  'd64 L2, 16 × 64, all targets': sft(larger, { batchSize: 16, length: 64, targets: 63 }),
};

test('milliseconds per step', { timeout: 600_000 }, async () => {
  const columns = new Map<string, number[]>();
  const nativePackage = nativePackageForTests();
  if (nativePackage !== undefined) {
    const native = await loadBackend({ force: 'native', nativePackage });
    columns.set('native graph: first', measureAll(native, first));
    columns.set('native graph', measureAll(native, median));
    columns.set('native eager', measureAll(eagerly(native), median));
  }
  columns.set('wasm', measureAll(await loadBackend({ force: 'wasm' }), median));
  print(columns);
  expect([...columns.values()].flat().every(value => value > 0)).toBe(true);
});

function modelOf(sizes: Partial<Record<keyof ModelConfig, unknown>>) {
  const config = modelConfigSchema.parse({ num_hidden_layers: 2, rms_norm_eps: 1e-5, ...sizes });
  return { config, weights: initialWeights(config, 0) };
}

/** Rows of one length, the last tokens targets. */
function examples(rows: number, length: number, targets: number): Example[] {
  const { integer } = randomStream(0, 'bench');
  return Array.from({ length: rows }, () => ({
    tokens: Int32Array.from({ length }, () => integer(250)),
    targets: new Uint8Array(length).fill(1, -targets),
  }));
}

function sft(model: typeof organism, shape: { batchSize: number; length: number; targets: number }) {
  return (backend: Backend) => {
    const rows = examples(64, shape.length, shape.targets);
    return steps(createSftTrainer(backend, { ...options, model, examples: rows, batchSize: shape.batchSize }));
  };
}

/** Tensors stay until the process ends: a benchmark is not asked to clean up between its rows. */
function steps(trainer: Trainer): () => void {
  return () => {
    trainer.step();
  };
}

type Measure = (run: () => void) => number;

function measureAll(backend: Backend, measure: Measure): number[] {
  return Object.values(work).map(prepare => measure(prepare(backend)));
}

/** With the making of the graph. */
function first(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function median(run: () => void): number {
  for (let warm = 0; warm < 3; warm++) run();
  const times = Array.from({ length: 25 }, () => first(run)).sort((a, b) => a - b);
  return times[12]!;
}

function print(columns: ReadonlyMap<string, readonly number[]>): void {
  const rows = Object.keys(work).map((name, row) => {
    const cells = [...columns].map(([column, values]) => [column, Number(values[row]!.toPrecision(3))] as const);
    return [name, Object.fromEntries(cells)] as const;
  });
  console.table(Object.fromEntries(rows));
  console.log(
    `median of 25, one thread; load average ${loadavg()
      .map(load => load.toFixed(1))
      .join(', ')}`,
  );
}
