/** Steps that declare outputs and seeds of their own, and name code and commands whose content is in the key. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { planStudy } from '../../planner/plan-study.ts';
import { printDiagnostics } from '../../planner/print-diagnostics.ts';
import { verifyPlan } from '../../planner/verify-plan.ts';
import { stepKinds } from '../../schemas/steps/registry.ts';
import { type StudyOptions, cellOf, memoryFiles } from './rig.ts';

const code = { 'train.py': 'print()', 'source/a.py': '1', 'source/b.py': '2', 'lock.txt': 'x==1', 'rows.jsonl': '{}' };

function resultOf(text: string, { files = {} }: StudyOptions = {}) {
  const result = planStudy(memoryFiles({ ...code, ...files, 'study.yaml': text }), {
    file: 'study.yaml',
    registry: stepKinds,
  });
  if (result.ok) expect(verifyPlan(result.plan, stepKinds)).toEqual([]);
  return result;
}

function plan(text: string, options: StudyOptions = {}) {
  const result = resultOf(text, options);
  if (!result.ok) throw new Error(printDiagnostics(result.diagnostics, result.texts, { color: false }));
  return result.plan;
}

function problems(text: string): string[] {
  const result = resultOf(text);
  return result.ok
    ? []
    : result.diagnostics.map(({ code: number, location, message }) => `${number} ${location.line} ${message}`);
}

const study = (step: string, rest = '') => `study: a
axes: { lr: [0.1, 1.0], seed: { count: 2 } }
steps:
  rows: { use: load-rows, with: { path: rows.jsonl } }
  train:
    use: exec
${step}
${rest}`;

const train = (change: Record<string, string> = {}) => {
  const parts = {
    command: '[python3, train.py]',
    code: '[train.py, source]',
    parameters: '{ lr: "${lr}" }',
    outputs: '{ model: weights, scores: { kind: table, columns: { x: float64 } } }',
    ...change,
  };
  const lines = Object.entries(parts).map(([name, text]) => `      ${name}: ${text}`);
  return `    in: { rows: rows }\n    with:\n${lines.join('\n')}\n    seed: { training: seed, order: 7 }`;
};
const keyOf = (change: Record<string, string> = {}, options: StudyOptions = {}) =>
  cellOf(plan(study(train(change)), options), 'train[lr=1, seed=0]').key;

describe('an exec step', () => {
  test('has the outputs and seeds that it declares, over the axes of its parameters, seeds and inputs', () => {
    const after = '  next: { use: select-rows, in: { rows: train.scores }, with: { where: "x > 1.0" } }';
    const found = plan(study(train(), after));
    expect(found.steps.map(({ step, cells }) => [step, cells])).toEqual([
      ['rows', 1],
      ['train', 4],
      ['next', 4],
    ]);
    expect(cellOf(found, 'train[lr=0.1, seed=1]')).toMatchObject({
      seeds: { training: 1, order: 7 },
      with: { parameters: { lr: 0.1 } },
      inputs: { rows: { gathered: false } },
    });
    expect(Object.keys(cellOf(found, 'train[lr=0.1, seed=1]').files)).toEqual(['code/train.py', 'code/source']);
  });

  test.each([
    ['an output it has not', '  b: { use: select-rows, in: { rows: train.rows } }', 'E155'],
    ['an output of another kind', '  b: { use: select-rows, in: { rows: train.model } }', 'E156'],
    [
      'a column that an output has not',
      '  b: { use: subset-rows, in: { rows: train.scores }, with: { fraction: 0.5 }, seed: { subset: 0 } }',
      'E157',
    ],
  ])('refuses %s', (_, after, expected) => {
    expect(problems(study(train(), after)).map(line => line.slice(0, 4))).toContain(expected);
  });

  test.each([
    [
      'outputs that vary',
      { outputs: '{ model: { kind: weights, tensors: { w: { dtype: F32, shape: ["${seed}"] } } } }' },
      /^E168 .*`outputs` varies with `seed`/,
    ],
    ['no outputs', { outputs: '{}' }, /^E163 /],
    ['an output of no kind', { outputs: '{ model: wieghts }' }, /^E163 .*/],
    ['an output called metrics', { outputs: '{ metrics: json }' }, /^E163 /],
    ['code that is not there', { code: '[train.py, lib]' }, /^E164 10 There is no file or folder `lib`\./],
    ['code outside the study', { code: '[../train.py]' }, /^E163 .*below the study’s own folder/],
    [
      'a probe that fails, where it is keyed',
      { environment: '{ probe: [nonsense], keyed: true }' },
      /^E169 .*there is no such command/,
    ],
    ['a pattern that is none', { failures: '[{ stderr: "(", class: user }]' }, /^E163 /],
    ['a command line as one word', { command: '["python3 train.py"]' }, /^E163 .*must name the program alone first/],
    ['a shell command', { command: 'python3 train.py' }, /^E163 /],
  ])('refuses %s', (_, change, expected) => {
    expect(problems(study(train(change))).join('\n')).toMatch(expected);
  });

  test('with problems in its outputs blames nobody else', () => {
    const after = '  next: { use: select-rows, in: { rows: train.scores } }';
    const found = problems(study(train({ outputs: '{ scores: tabel }' }), after));
    expect(found).toHaveLength(1);
  });

  test.each([
    ['the code', {}, { files: { 'source/b.py': 'other' } }],
    ['a lock file', { environment: '{ file: lock.txt }' }, {}],
    ['an image', { environment: `{ image: "sha256:${'0'.repeat(64)}" }` }, {}],
    ['the output of a keyed probe', { environment: '{ probe: [version, a], keyed: true }' }, {}],
    ['parameters', { parameters: '{ lr: "${lr}", more: 1 }' }, {}],
    [
      'what it must give',
      { outputs: '{ model: weights, scores: { kind: table, columns: { x: float64 }, rows: 3 } }' },
      {},
    ],
    ['the command', { command: '[python3, -O, train.py]' }, {}],
  ] as const)('has another key with other %s', (_, change, options) => {
    expect(keyOf(change, options)).not.toBe(keyOf());
  });

  test.each([
    ['how failures are read', { failures: '[{ exit: 3, class: quota }]' }],
    ['the variables it may see', { env: '[HF_HOME]' }],
  ])('has the same key whatever %s', (_, change) => {
    expect(keyOf(change)).toBe(keyOf());
  });

  test('has another key where the output of a keyed probe changes', () => {
    const probe = (version: string) => ({ environment: `{ probe: [version, ${version}], keyed: true }` });
    expect(keyOf(probe('a'))).not.toBe(keyOf(probe('b')));
  });

  test('in a graph takes the graph’s seeds by name, and gives its outputs outward', () => {
    const found = plan(`study: a
axes: { seed: { count: 2 } }
graphs:
  fit:
    in: { rows: table }
    seeds: [training]
    with: { rate: { type: float } }
    out: { scores: train.scores }
    steps:
      train:
        use: exec
        in: { rows: rows }
        with: { command: [x], parameters: { rate: "\${rate}" }, outputs: { model: weights, scores: json } }
        seed: { training: training }
steps:
  rows: { use: load-rows, with: { path: rows.jsonl } }
  fit: { use: graph/fit, in: { rows: rows }, with: { rate: 0.5 }, seed: { training: seed } }
`);
    expect(cellOf(found, 'fit.train[seed=1]').seeds).toEqual({ training: 1 });
    expect(found.aliases['fit.scores']).toEqual({ step: 'fit.train', output: 'scores' });
  });
});

test('the example of docs/external-trainers.md is a step that can be planned', () => {
  const page = readFileSync(new URL('../../docs/external-trainers.md', import.meta.url), 'utf8');
  const step = /^```yaml\n([^]*?)^```$/m.exec(page)?.[1] ?? '';
  const text = `study: a
axes: { learning_rate: [0.1, 1.0], seed: { count: 2 } }
steps:
  rows: { use: load-rows, with: { path: rows.jsonl } }
  base: { use: exec, with: { command: [make-base], outputs: { model: weights } } }
${step.replaceAll(/^/gm, '  ')}`;
  const files = { 'requirements.lock': 'x==1', 'src/model.py': '1' };
  const found = cellOf(plan(text, { files }), 'train[learning_rate=1, seed=1]');
  expect(found).toMatchObject({ seeds: { training: 1, order: 7 }, resources: { gpu: 2 } });
  expect(Object.keys(found.files)).toEqual(['code/train.py', 'code/src', 'environment/file']);
});
