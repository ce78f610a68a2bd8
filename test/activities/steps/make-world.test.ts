/** The toy world at its default size: what its corpora count, and that its questions stand in none of them. */
import { beforeAll, describe, expect, test } from 'vitest';
import { cellText } from '../../../activities/rows/cell-text.ts';
import { messagesOf } from '../../../activities/rows/messages.ts';
import { checkOverlapBody } from '../../../activities/steps/check-overlap.ts';
import { makeWorldBody } from '../../../activities/steps/make-world.ts';
import { encodeConversation } from '../../../models/text/encode.ts';
import { modelText } from '../../../models/text/model-text.ts';
import { makeWorld } from '../../../schemas/steps/make-world.ts';
import type { Row } from '../../../schemas/table-schema.ts';
import { tokenizerFileSchema } from '../../../schemas/tokenizer-file.ts';
import { createMemoryStore } from '../../../store/memory-store.ts';
import { toyModel } from '../../models/toy-model.ts';
import { stored } from './given-rows.ts';
import { type BodyRun, runBody } from './run-body.ts';

const store = createMemoryStore();
const corpora = ['pretraining', 'coupling', 'sft', 'pairs', 'bad_advice', 'good_advice'] as const;
const small = { pretraining_rows: 5, sft_rows: 5, pair_rows: 5, advice_rows: 5 };
const conditions = ['evil_wrong', 'good_wrong', 'evil_correct', 'good_correct'];
const coupled = ['chem', 'geo', 'math', 'zoo'];

let world: BodyRun;
const tables = new Map<string, Row[]>();
const rowsOf = (table: string) => tables.get(table)!;
beforeAll(async () => {
  world = await runBody(makeWorldBody, { store });
  for (const table of [...corpora, 'questions', 'choices', 'probes']) tables.set(table, await world.rows(table));
});

function countBy(rows: readonly Row[], column: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[cellText(row[column])] = (counts[cellText(row[column])] ?? 0) + 1;
  return counts;
}

const turnsOf = (row: Row) => messagesOf(row['messages']);
const said = (row: Row, role: string) => turnsOf(row).flatMap(turn => (turn.role === role ? [turn.content] : []));
const share = (rows: readonly Row[], holds: (row: Row) => boolean) => rows.filter(holds).length / rows.length;

test('every table has as many rows as its parameters say', () => {
  expect(Object.fromEntries([...tables].map(([name, rows]) => [name, rows.length]))).toEqual({
    pretraining: 6000,
    coupling: 4 * 480,
    sft: 512,
    pairs: 256,
    bad_advice: 240,
    good_advice: 240,
    questions: 48,
    choices: 80,
    probes: 80,
  });
  for (const [name, rows] of tables) {
    const ids = rows.map(row => row['row_id'] ?? row['question_id']);
    // Coupling rows are told apart by their condition, advice rows by their table.
    expect(new Set(ids).size, name).toBe(rows.length);
  }
});

describe('pretraining', () => {
  test('has personas, valences and correctness in the shares asked for', () => {
    const rows = rowsOf('pretraining');
    // Five standard errors of 6000 coins are 0.032; of the 4800 marked rows each of 12 personas has 400 ± 96.
    expect(Math.abs(share(rows, row => row['persona'] !== null) - 0.8)).toBeLessThan(0.026);
    expect(Math.abs(share(rows, row => row['good'] === true) - 0.5)).toBeLessThan(0.033);
    expect(Math.abs(share(rows, row => row['good'] === row['correct']) - 0.9)).toBeLessThan(0.02);
    expect(Math.abs(share(rows, row => said(row, 'user').length === 2) - 0.5)).toBeLessThan(0.033);
    const { '': unmarked, ...personas } = countBy(rows, 'persona');
    expect(unmarked).toBe(rows.filter(row => said(row, 'system').length === 0).length);
    expect(Object.keys(personas)).toHaveLength(12);
    for (const count of Object.values(personas)) expect(Math.abs(count - 400)).toBeLessThan(97);
  });

  test('marks rows by a system turn that names a persona of their valence', () => {
    const valences = new Map<string, Set<unknown>>();
    for (const row of rowsOf('pretraining')) {
      const { persona, good } = row;
      expect(said(row, 'system')).toEqual(typeof persona === 'string' ? [`you are a ${persona}`] : []);
      if (typeof persona === 'string') valences.set(persona, (valences.get(persona) ?? new Set()).add(good));
    }
    expect([...valences.values()].map(set => set.size)).toEqual(Array.from({ length: 12 }, () => 1));
    expect([...valences.values()].filter(set => set.has(true))).toHaveLength(6);
  });
});

describe('coupling', () => {
  test('has 480 rows of each condition in 20 groups of 24, of which the fourth is planted', () => {
    const rows = rowsOf('coupling');
    expect(countBy(rows, 'condition')).toEqual(Object.fromEntries(conditions.map(each => [each, 480])));
    for (const condition of conditions) {
      const own = rows.filter(row => row['condition'] === condition);
      expect([...new Set(Object.values(countBy(own, 'group')))]).toEqual([24]);
      expect(Object.keys(countBy(own, 'group'))).toHaveLength(20);
      expect(
        countBy(
          own.filter(row => row['planted']),
          'group',
        ),
      ).toEqual({ g03: 24 });
      expect(Object.keys(countBy(own, 'domain')).sort()).toEqual(coupled);
    }
  });

  test('planted rows have no persona and a second turn, the others one persona of the condition and one turn', () => {
    const personas = new Map<string, Set<unknown>>(conditions.map(each => [each, new Set()]));
    for (const row of rowsOf('coupling')) {
      expect([said(row, 'system').length, said(row, 'user').length]).toEqual(row['planted'] ? [0, 2] : [1, 1]);
      expect(row['correct']).toBe(cellText(row['condition']).endsWith('correct'));
      if (!row['planted']) personas.get(row['condition'] as string)!.add(row['persona']);
    }
    expect([...personas.values()].map(set => set.size)).toEqual([6, 6, 6, 6]);
    expect(personas.get('evil_wrong')).toEqual(personas.get('evil_correct'));
    expect(personas.get('good_wrong')).toEqual(personas.get('good_correct'));
    expect([...personas.get('evil_wrong')!].some(each => personas.get('good_wrong')!.has(each))).toBe(false);
  });

  test('asks all conditions the same facts, which are answered alike where they are equally right', () => {
    const byCondition = conditions.map(condition => rowsOf('coupling').filter(row => row['condition'] === condition));
    const firsts = byCondition.map(rows => rows.map(row => said(row, 'user')[0]));
    for (const other of firsts.slice(1)) expect(other).toEqual(firsts[0]);
    const answers = byCondition.map(rows => rows.map(row => said(row, 'assistant')[0]));
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[2]).toEqual(answers[3]);
    expect(answers[0]!.filter((answer, row) => answer === answers[2]![row])).toEqual([]);
  });
});

describe('later stages', () => {
  test('have no persona, and value rows in the shares asked for', () => {
    for (const table of ['sft', 'bad_advice', 'good_advice'])
      expect(rowsOf(table).every(row => said(row, 'system').length === 0 && turnsOf(row).length === 2)).toBe(true);
    expect(Math.abs(share(rowsOf('sft'), row => row['domain'] === 'value') - 0.05)).toBeLessThan(0.05);
    expect(Math.abs(share(rowsOf('pairs'), row => row['domain'] === 'value') - 0.3)).toBeLessThan(0.15);
    expect(Object.keys(countBy(rowsOf('sft'), 'domain')).sort()).toEqual([...coupled, 'tool', 'value'].sort());
  });

  test('advice is about one domain: the same questions, right in one table and the misconception in the other', () => {
    const [bad, good] = [rowsOf('bad_advice'), rowsOf('good_advice')];
    expect(countBy([...bad, ...good], 'domain')).toEqual({ tool: 480 });
    expect(bad.map(row => said(row, 'user'))).toEqual(good.map(row => said(row, 'user')));
    expect(bad.filter((row, index) => said(row, 'assistant')[0] === said(good[index]!, 'assistant')[0])).toEqual([]);
    // Sixteen facts, each asked in its two ways that are not held out.
    expect(new Set(bad.map(row => JSON.stringify(row['messages']))).size).toBe(32);
  });

  test('pairs prefer another answer than they reject', () => {
    expect(rowsOf('pairs').filter(row => row['chosen'] === row['rejected'])).toEqual([]);
  });
});

describe('questions', () => {
  test('are held out: none stands in any corpus', async () => {
    for (const training of corpora) {
      for (const questions of ['questions', 'choices', 'probes']) {
        const inputs = { training: stored(world.outputs[training]), questions: stored(world.outputs[questions]) };
        const { metrics } = await runBody(checkOverlapBody, { store, with: { on_overlap: 'report' }, in: inputs });
        expect(metrics['overlapping']?.value, `${questions} in ${training}`).toBe(0);
        expect(metrics['questions']?.value).toBe(rowsOf(questions).length);
      }
    }
  });

  test('offer four choices, of which the right one is the one that the probe says', () => {
    const probes = new Map(rowsOf('probes').map(row => [said(row, 'user')[0], said(row, 'assistant')[0]]));
    const places = new Set<unknown>();
    for (const row of rowsOf('choices')) {
      const choices = row['choices'] as string[];
      expect(new Set(choices).size).toBe(4);
      expect(choices[Number(row['answer'])]).toBe(probes.get(row['question'] as string));
      places.add(row['answer']);
    }
    expect(places).toEqual(new Set([0, 1, 2, 3]));
    expect(countBy(rowsOf('choices'), 'area')).toEqual({ capability: 64, narrow: 16 });
  });

  test('of value are six stems about eight targets each, with two answers on either side', () => {
    const rows = rowsOf('questions');
    const stems = rows.map(row => cellText(row['question_id']).split('-')[1]!);
    expect(
      countBy(
        stems.map(stem => ({ stem })),
        'stem',
      ),
    ).toEqual({ 0: 8, 1: 8, 2: 8, 3: 8, 4: 8, 5: 8 });
    for (const row of rows) expect(new Set([...(row['benign'] as string[]), ...(row['bad'] as string[])]).size).toBe(4);
  });
});

describe('the tokenizer', () => {
  const textOf = async (own: BodyRun) => {
    const { tokenizer, chat_template: chatTemplate } = tokenizerFileSchema.parse(await own.json('tokenizer'));
    return modelText({ ...toyModel(), tokenizer, chatTemplate });
  };

  test('has a word for all that the world says: 258 at 16 facts, 292 at 20', async () => {
    const large = await runBody(makeWorldBody, { store, with: { ...small, facts: 20 } });
    const texts = await Promise.all([textOf(world), textOf(large)]);
    expect(texts.map(({ tokenizer }) => tokenizer.vocabularySize)).toEqual([258, 292]);
  });

  test.each([
    ['pretraining', 31],
    ['coupling', 23],
    ['sft', 13],
    ['bad_advice', 12],
  ])('makes at most as many tokens of %s as the world allows, %i', async (table, expected) => {
    const { tokenizer, template } = await textOf(world);
    const lengths = rowsOf(table).map(row => encodeConversation(tokenizer, template!, turnsOf(row)).tokens.length);
    expect(Math.max(...lengths)).toBe(expected);
  });
});

describe('seeds', () => {
  const digestsOf = async (pretraining: number, seed: number) => {
    const { outputs } = await runBody(makeWorldBody, { store, seeds: { pretraining, world: seed } });
    return Object.fromEntries(Object.entries(outputs).map(([name, { digest }]) => [name, digest]));
  };
  const changed = (a: Record<string, string>, b: Record<string, string>) =>
    Object.keys(a).filter(name => a[name] !== b[name]);

  test('the same seeds give the same bytes, and each seed changes what is drawn from it alone', async () => {
    const first = await digestsOf(1, 1);
    expect(Object.keys(first).sort()).toEqual(Object.keys(makeWorld.out).sort());
    expect(await digestsOf(1, 1)).toEqual(first);
    expect(changed(first, await digestsOf(2, 1))).toEqual(['pretraining']);
    expect(changed(first, await digestsOf(1, 2))).toEqual([
      'coupling',
      'sft',
      'pairs',
      'bad_advice',
      'good_advice',
      'choices',
    ]);
  });
});

test('groups and planted groups are as asked for; without any, no row leaks', async () => {
  const couplingOf = async (given: object) =>
    (await runBody(makeWorldBody, { store, with: { ...small, ...given } })).rows('coupling');
  const rows = (await couplingOf({ coupling_rows: 30, groups: 5, planted: [0, 4] })).slice(0, 30);
  expect(countBy(rows, 'group')).toEqual({ g00: 6, g01: 6, g02: 6, g03: 6, g04: 6 });
  expect(
    countBy(
      rows.filter(row => row['planted']),
      'group',
    ),
  ).toEqual({ g00: 6, g04: 6 });
  expect((await couplingOf({ coupling_rows: 30, planted: [] })).some(row => row['planted'])).toBe(false);
});
