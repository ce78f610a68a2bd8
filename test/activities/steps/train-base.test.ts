import { beforeAll, describe, expect, test } from 'vitest';
import { messagesOf } from '../../../activities/rows/messages.ts';
import { trainBaseBody } from '../../../activities/steps/train-base.ts';
import { initialWeights } from '../../../models/transformer/initial-weights.ts';
import { modelFromMetadata } from '../../../models/transformer/model.ts';
import { trainBase } from '../../../schemas/steps/train-base.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { tokenizerFileSchema } from '../../../schemas/tokenizer-file.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { decodeWeights } from '../../../store/safetensors/weights.ts';
import { getTree } from '../../../store/tree-artifact.ts';
import { openTable } from '../../../store/arrow/open-table.ts';
import { largestDifference } from '../../models/toy-model.ts';
import { shuffled, stored, table } from './given-rows.ts';
import { type BodyRunOptions, failureOf, runBody } from './run-body.ts';
import { type TinyStudy, tinyStudy, tinyTraining } from './tiny-study.ts';

const steps = 40;
let study: TinyStudy;
let rows: Row[];
beforeAll(async () => {
  study = await tinyStudy({ steps });
  rows = [];
  for await (const row of (await openTable(study.store, study.world['pretraining']!.digest)).rowsOf()) rows.push(row);
});

const architecture = { d_model: 8, d_ff: 12, layers: 1, heads: 2 };

const train = (options: BodyRunOptions = {}) =>
  runBody(trainBaseBody, {
    store: study.store,
    seeds: { training: 1 },
    in: { rows: stored(study.world['pretraining']), tokenizer: stored(study.world['tokenizer']) },
    ...options,
    with: { ...architecture, ...tinyTraining, steps: 3, ...options.with },
  });

const words = (text: string) => text.split(' ').length;

/** By the layout `<s> [<sys> …] <usr> … <ast> … </s> …`: each turn its words and one token for its role, answers a closing one. */
function countTokens(row: Row): { tokens: number; targets: number } {
  const turns = messagesOf(row['messages']);
  const answers = turns.filter(({ role }) => role === 'assistant');
  const said = turns.reduce((sum, { content }) => sum + words(content) + 1, 0);
  return {
    tokens: 1 + said + answers.length,
    targets: answers.reduce((sum, { content }) => sum + words(content) + 1, 0),
  };
}

describe('a base model', () => {
  test('begins as undecided as its vocabulary makes it, and learns', async () => {
    const log = await study.baseRun.rows('log');
    const losses = log.map(row => Number(row['loss']));
    // Logits of unit variance: ln Σ exp is ln V and half a nat.
    const first = Math.log(Number(study.baseRun.notes['vocabulary'])) + 0.5;
    expect(Math.abs(losses[0]! - first)).toBeLessThan(0.4);
    const last = losses.slice(-4);
    const mean = last.reduce((sum, loss) => sum + loss, 0) / 4;
    expect(study.baseRun.metrics).toEqual({ loss: { value: expect.closeTo(mean, 12), n: 4 } });
    expect(mean).toBeLessThan(losses[0]! - 1);
    expect(log.map(row => row['step'])).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
  });

  test('has in its record what its loss saw, counted here from the words', () => {
    const counts = rows.map(countTokens);
    const tokens = counts.reduce((sum, row) => sum + row.tokens, 0);
    const targets = counts.reduce((sum, row) => sum + row.targets, 0);
    expect(study.baseRun.notes).toMatchObject({
      examples: 64,
      tokens,
      target_tokens: targets,
      target_share: targets / tokens,
      cut: 0,
      steps,
    });
    expect(study.baseRun.backend).toMatchObject({ name: expect.stringMatching(/^(native|wasm|cpu)$/) });
  });

  test('sees every target token once an epoch, at the learning rates of its schedule', async () => {
    const result = await train({
      with: { epochs: 2, steps: undefined as never, schedule: 'linear', warmup_ratio: 0.25 },
    });
    const log = await result.rows('log');
    // 64 rows in batches of 8, twice.
    expect(log).toHaveLength(16);
    const seen = log.map(row => Number(row['target_tokens']));
    const targets = Number(result.notes['target_tokens']);
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    expect([sum(seen.slice(0, 8)), sum(seen.slice(8))]).toEqual([targets, targets]);
    const rates = log.map(row => Number(row['learning_rate']));
    // Four steps of warm-up from nothing, then straight down to nothing after the last.
    const expected = rates.map((_, index) => 0.01 * (index < 4 ? index / 4 : (16 - index) / 12));
    expect(largestDifference(rates, expected)).toBeLessThan(1e-9);
  });

  test('loses to weight decay its share of every matrix and nothing of its norms', async () => {
    const given = { steps: 1, schedule: 'constant', warmup_ratio: 0 };
    const [without, decayed] = await Promise.all(
      [0, 0.5].map(async decay => (await train({ with: { ...given, weight_decay: decay } })).weights('model')),
    );
    const initial = initialWeights(modelFromMetadata(without!.tensors, without!.metadata).config, 1);
    for (const [name, { shape, data }] of without!.tensors) {
      const before = initial.get(name)!.data;
      const expected = shape.length === 1 ? data : data.map((value, at) => value - 0.01 * 0.5 * before[at]!);
      expect(largestDifference(decayed!.tensors.get(name)!.data, expected), name).toBeLessThan(1e-6);
    }
  });

  test('has a target in every token but the first where the loss is on all', async () => {
    const { notes } = await train({ with: { loss_on: 'all' } });
    expect(notes['target_tokens']).toBe(Number(notes['tokens']) - 64);
  });

  test('is of the shape asked for, and knows its config, tokenizer and data', async () => {
    const result = await train({ with: { kv_heads: 1, tied_embeddings: true, context: 64, rope_theta: 5000 } });
    const { tensors, metadata } = await result.weights('model');
    const { config } = modelFromMetadata(tensors, metadata);
    expect(config).toMatchObject({
      hidden_size: 8,
      intermediate_size: 12,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      tie_word_embeddings: true,
      max_position_embeddings: 64,
      rope_theta: 5000,
      vocab_size: result.notes['vocabulary'],
    });
    expect(tensors.has('lm_head.weight')).toBe(false);
    expect(tensors.get('model.layers.0.self_attn.k_proj.weight')?.shape).toEqual([4, 8]);
    expect(JSON.parse(metadata['trained_on']!)).toEqual([{ digest: study.world['pretraining']!.digest }]);
  });

  test('is the same bytes for the same seed, and others for another', async () => {
    const [first, again, other] = await Promise.all([train(), train(), train({ seeds: { training: 2 } })]);
    expect(again.outputs).toEqual(first.outputs);
    expect(other.outputs['model']).not.toEqual(first.outputs['model']);
  });
});

test('kept checkpoints are evenly spaced, the last the model itself, each with its step and learning rate', async () => {
  const result = await train({ keep: ['checkpoints'], with: { steps: 10, checkpoints: 3 } });
  const { files } = await getTree(study.store, result.outputs['checkpoints']!.digest);
  expect(files.map(({ path }) => path)).toEqual(
    [3, 7, 10].map(step => `step-${String(step).padStart(8, '0')}.safetensors`),
  );
  const log = await result.rows('log');
  const saved = await Promise.all(files.map(async ({ digest }) => decodeWeights(await study.store.get(digest))));
  expect(saved.map(({ metadata }) => metadata['step'])).toEqual(['3', '7', '10']);
  expect(saved.map(({ metadata }) => Number(metadata['learning_rate']))).toEqual(
    [3, 7, 10].map(step => log[step - 1]!['learning_rate']),
  );
  expect(saved[2]!.tensors).toEqual((await result.weights('model')).tensors);
  expect(saved[0]!.tensors).not.toEqual(saved[2]!.tensors);
  expect((await train({ with: { steps: 10 } })).outputs).not.toHaveProperty('checkpoints');
});

describe('without a tokenizer', () => {
  const small: Row[] = [
    {
      row_id: 'a',
      messages: [
        { role: 'user', content: 'zebra or ant ?' },
        { role: 'assistant', content: 'ant' },
      ],
    },
    {
      row_id: 'b',
      messages: [
        { role: 'user', content: 'bee ?' },
        { role: 'assistant', content: 'yes bee' },
      ],
    },
  ];
  const columns = { row_id: 'utf8', messages: 'messages' } as const;
  const tokenizerOf = async (given: readonly Row[]) => {
    const { metadata } = await (
      await train({ store: createMemoryStore(), in: { rows: table(columns, given) } })
    ).weights('model');
    return metadata['tokenizer']!;
  };

  test('the words of the corpus, in alphabetical order, are the vocabulary, whatever the order of the rows', async () => {
    const tokenizer = await tokenizerOf(small);
    expect(await tokenizerOf(shuffled(small, 2).reverse())).toBe(tokenizer);
    const { tokenizer: parsed } = tokenizerFileSchema.parse({ tokenizer: JSON.parse(tokenizer), chat_template: '' });
    const vocabulary = (parsed as { model: { vocab: Record<string, number> } }).model.vocab;
    const ordered = Object.entries(vocabulary)
      .sort(([, a], [, b]) => a - b)
      .map(([word]) => word);
    expect(ordered.filter(word => !word.startsWith('<'))).toEqual(['?', 'ant', 'bee', 'or', 'yes', 'zebra']);
  });

  test('plain text trains on every token', async () => {
    const text = [
      { row_id: 'a', text: 'one two three' },
      { row_id: 'b', text: 'two one' },
    ];
    const { notes } = await train({
      store: createMemoryStore(),
      in: { rows: table({ row_id: 'utf8', text: 'utf8' }, text) },
    });
    expect(notes).toMatchObject({ examples: 2, tokens: 7, target_tokens: 5 });
  });
});

describe('what cannot be trained is told:', () => {
  const failing = async (options: BodyRunOptions) =>
    failureOf(trainBaseBody, {
      store: study.store,
      in: { rows: stored(study.world['pretraining']), tokenizer: stored(study.world['tokenizer']) },
      ...options,
      with: { ...architecture, ...tinyTraining, steps: 3, ...options.with },
    });

  test('a width that heads do not divide', async () => {
    expect(await failing({ with: { heads: 3 } })).toBe('d_model 8 is no multiple of 3 heads');
  });

  test('a row that is too long, unless it may be cut', async () => {
    const longest = Math.max(...rows.map(row => countTokens(row).tokens));
    const first = rows.findIndex(row => countTokens(row).tokens === longest);
    expect(await failing({ with: { max_length: longest - 1 } })).toMatch(new RegExp(`row ${first} .*${longest}`));
    const long = rows.filter(row => countTokens(row).tokens === longest).length;
    expect((await train({ with: { max_length: longest - 1, too_long: 'cut' } })).notes['cut']).toBe(long);
  });

  test('no rows', async () => {
    const none = table({ row_id: 'utf8', messages: 'messages' }, []);
    expect(await failing({ in: { rows: none } })).toBe('there are no rows to train on');
  });

  test('rows of another form', async () => {
    const other = table({ row_id: 'utf8', question: 'utf8' }, [{ row_id: 'a', question: 'b' }]);
    expect(await failing({ in: { rows: other, tokenizer: stored(study.world['tokenizer']) } })).toBe(
      'rows have `messages` or `text`; these have row_id, question',
    );
  });

  test('a learning rate at which the loss is no number any more', async () => {
    await expect(
      train({ with: { learning_rate: 1e30, warmup_ratio: 0, max_grad_norm: 1e30, steps: 20 } }),
    ).rejects.toMatchObject({
      class: 'diverged',
    });
  });

  test('both epochs and steps, or neither', () => {
    const given = { ...architecture, ...tinyTraining };
    for (const duration of [{}, { epochs: 1, steps: 2 }]) {
      const { error } = trainBase.with.safeParse({ ...given, ...duration });
      expect(error?.issues.map(({ message }) => message)).toEqual(['give exactly one of `epochs` and `steps`']);
    }
  });
});
