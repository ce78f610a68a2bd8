import { expect, test } from 'vitest';
import { arrivals, cellOf, plan, problems } from './rig.ts';

const head = `study: gates
params: { limit: 0.2 }
axes: { condition: [good, bad], seed: { count: 3 } }
graphs:
  stage:
    in: { model: weights, rows: table, questions: table }
    seeds: [em]
    steps:
      em: { use: train-lora, in: { model: model, rows: rows } }
      score: { use: evaluate-alignment, in: { model: em, questions: questions }, seed: { sampling: 0 } }
    out: { score: score.scores }
steps:
  world: { use: make-world, seed: { world: 0 } }
  base: { use: train-base, in: { rows: world.pretraining }, seed: { base: 0 } }
  rows: { use: select-rows, over: [condition], in: { rows: world.coupling } }
  main: { use: graph/stage, in: { model: base, rows: rows, questions: world.questions }, seed: { em: seed } }
  other: { use: graph/stage, in: { model: base, rows: world.sft, questions: world.questions }, seed: { em: seed } }
  variance: { use: variance-components, over: [], in: { scores: main.score } }
  each: { use: variance-components, over: [condition], in: { scores: main.score } }
`;

const gated = (gate: string) => plan(`${head}gates:\n  H1: { claim: it holds, ${gate} }\n`);

test('a gate on a metric reads the metrics of the step', () => {
  const study = gated("metric: variance.icc, op: '<', value: 0.1, needs: 3, group: H");
  expect(arrivals(study, 'gates.H1', 'value')).toEqual(['variance.metrics']);
  expect(cellOf(study, 'gates.H1').with).toEqual({
    name: 'H1',
    claim: 'it holds',
    group: 'H',
    value: { metric: 'icc' },
    absolute: false,
    op: '<',
    threshold: 0.1,
    needs: 3,
  });
});

test('a metric may be that of a step behind an out-port, or inside a graph, at one place', () => {
  const at = 'at: { condition: good, seed: 2 }';
  expect(arrivals(gated(`metric: main.score.alignment, ${at}, op: '<', value: 1`), 'gates.H1', 'value')).toEqual([
    'main.score[condition=good, seed=2].metrics',
  ]);
  expect(arrivals(gated(`metric: main.em.loss, ${at}, op: '<', value: 1`), 'gates.H1', 'value')).toEqual([
    'main.em[condition=good, seed=2].metrics',
  ]);
  expect(arrivals(gated("metric: each.icc, at: { condition: bad }, op: '<', value: 1"), 'gates.H1', 'value')).toEqual([
    'each[condition=bad].metrics',
  ]);
});

test('an estimand may be one quantity minus another, divided by a third', () => {
  const study = gated(`op: '>=', value: '\${limit * 2.0}', quorum: 0.5, estimand: {
    from: main.score, column: alignment, where: 'condition == "good"', take: mean,
    minus: { from: other.score, column: alignment, take: median }, divide: { metric: variance.f }, absolute: true }`);
  const cell = cellOf(study, 'gates.H1');
  expect(cell.with).toMatchObject({
    value: { column: 'alignment', where: 'condition == "good"', take: 'mean' },
    minus: { column: 'alignment', take: 'median' },
    divide: { metric: 'f' },
    absolute: true,
    threshold: 0.4,
  });
  expect(cell.inputs['value']).toMatchObject({ axes: ['condition', 'seed'], quorum: 3 });
  expect(cell.inputs['minus']).toMatchObject({ axes: ['seed'], quorum: 2 });
  expect(arrivals(study, 'gates.H1', 'divide')).toEqual(['variance.metrics']);
});

test('an operand’s own `at` comes before the gate’s', () => {
  const study = gated(`op: '>', value: 0, at: { condition: good }, estimand: {
    from: main.score, column: alignment, take: mean, minus: { from: main.score, at: { condition: bad }, column: alignment, take: mean } }`);
  expect(arrivals(study, 'gates.H1', 'value')[0]).toBe('main.score[condition=good, seed=0].scores at 0');
  expect(arrivals(study, 'gates.H1', 'minus')[0]).toBe('main.score[condition=bad, seed=0].scores at 0');
});

test('verdicts guard the steps they skip; of a graph all', () => {
  const study = gated(
    "metric: variance.icc, op: '<', value: 0.1, on_pass: { skip: [other] }, on_fail: { skip: [each] }, on_inconclusive: { skip: [each] }",
  );
  const gate = cellOf(study, 'gates.H1').index;
  const guards = (name: string) => cellOf(study, name).guards;
  expect(guards('other.em[seed=0]')).toEqual([{ gate, name: 'H1', verdicts: ['pass'] }]);
  expect(guards('other.score[seed=2]')).toEqual([{ gate, name: 'H1', verdicts: ['pass'] }]);
  expect(guards('each[condition=good]')).toEqual([
    { gate, name: 'H1', verdicts: ['fail', 'inconclusive', 'not_estimable'] },
  ]);
  expect(guards('main.em[condition=good, seed=0]')).toEqual([]);
});

test('a guarded cell has the key it would have without the gate', () => {
  const gateless = plan(head);
  const study = gated("metric: variance.icc, op: '<', value: 0.1, on_pass: { skip: [other] }");
  expect(cellOf(study, 'other.em[seed=0]').key).toBe(cellOf(gateless, 'other.em[seed=0]').key);
});

test('what is registered is everything the gate says, its threshold as a number', () => {
  const registered = (gate: string, set: string[] = []) =>
    plan(`${head}gates:\n  H1: { claim: it holds, ${gate} }\n`, { set }).gates[0]!.registered;
  const gate = "metric: variance.icc, op: '<', value: '${limit}'";
  expect(registered(gate)).toBe(registered("metric: variance.icc, op: '<', value: 0.2"));
  for (const other of [
    "metric: variance.icc, op: '<', value: 0.3",
    "metric: variance.icc, op: '<=', value: 0.2",
    "metric: variance.f, op: '<', value: 0.2",
    "metric: each.icc, at: { condition: good }, op: '<', value: 0.2",
    "metric: variance.icc, op: '<', value: 0.2, on_pass: { skip: [other] }",
  ]) {
    expect(registered(other)).not.toBe(registered(gate));
  }
  expect(registered(gate, ['limit=0.3'])).not.toBe(registered(gate));
  const [first] = plan(`${head}gates:\n  H1: { claim: it holds, ${gate} }\n`).gates;
  expect(first).toMatchObject({ name: 'H1', claim: 'it holds' });
});

test.each([
  ["metric: icc, op: '<', value: 1", 'E191', '`icc` names no step and scalar.'],
  ["metric: main.scor.alignment, op: '<', value: 1", 'E155', 'has no out-port `scor`; did you mean `score`?'],
  [
    "metric: variance.ic, op: '<', value: 1",
    'E191',
    '`variance` (`variance-components`) reports no `ic`; there are `icc` and `f`.',
  ],
  ["metric: world.size, op: '<', value: 1", 'E191', 'there is no metric at all.'],
  ["metric: variance.icc, op: '<', value: '${limit > 0.1}'", 'E113', '`value` must be a number.'],
  [
    "estimand: { from: base, column: x, take: mean }, op: '<', value: 1",
    'E156',
    'A gate takes numbers from a table; `base` is weights.',
  ],
])('%s', (gate, code, message) => {
  const found = problems(`${head}gates:\n  H1: { claim: it holds, ${gate} }\n`);
  expect(found).toEqual([expect.stringMatching(new RegExp(`^${code}`))]);
  expect(found[0]).toContain(message);
});

test('the report takes every output that its sections name, and every gate', () => {
  const study = plan(`${head}gates:
  H1: { claim: it holds, metric: variance.icc, op: '<', value: 0.1 }
report:
  title: Scores
  sections:
    - { title: By condition, figure: { kind: points, from: { tuned: main.score, plain: other.score }, x: condition, y: alignment, color: source } }
    - { title: Components, text: Where the spread comes from., table: { from: variance.components } }
    - { title: Metrics, table: { from: variance.metrics } }
`);
  const cell = cellOf(study, 'report');
  expect(Object.keys(cell.inputs).sort()).toEqual([
    'gates.H1',
    'main.score',
    'other.score',
    'variance.components',
    'variance.metrics',
  ]);
  expect(cell.inputs['main.score']).toMatchObject({ gathered: true, axes: ['condition', 'seed'], quorum: 0 });
  expect(cell.inputs['variance.components']).toMatchObject({ gathered: true, axes: [], quorum: 0 });
  expect(cell.with).toMatchObject({ title: 'Scores' });
});

test('a report on steps without cells is made all the same', () => {
  const study = plan(
    `study: a\nsteps:\n  x: { use: no-op, when: false }\n  y: { use: no-op }\nreport: { sections: [{ title: None, table: { from: x } }] }\n`,
  );
  expect(cellOf(study, 'report').inputs).toEqual({});
});
