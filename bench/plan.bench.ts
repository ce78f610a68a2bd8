import { expect, test } from 'vitest';
import { verifyPlan } from '../planner/verify-plan.ts';
import { testKinds } from '../test/planner/kinds.ts';
import { planStudy } from '../planner/plan-study.ts';
import { memoryFiles } from '../test/planner/rig.ts';

/** Retrainings on subsets of the rows (10 cells each), a datamodel, and a matrix of conditions: the shape of a real study. */
function study(cells: number): string {
  const subsets = Math.max(1, Math.round((cells - 200) / 10));
  return `
study: bench
axes:
  condition: [evil_wrong, good_wrong, evil_correct, good_correct, control]
  pipeline_seed: [42, 137, 256]
  em_seed: { count: 3 }
  subset: { count: ${subsets} }
limits: { cells: 1000000 }
graphs:
  pipeline:
    in: { base: weights, rows: table, sft: table, pairs: table, bad_advice: table, questions: table }
    with: { couple: { type: bool, default: true } }
    seeds: [coupling, sft, dpo, em, sampling]
    steps:
      coupling: { use: train-sft, in: { model: base, rows: rows }, when: couple, else: model, keep: checkpoints }
      sft: { use: train-sft, in: { model: coupling, rows: sft } }
      dpo: { use: train-dpo, in: { model: sft, pairs: pairs } }
      em: { use: train-lora, in: { model: dpo, rows: bad_advice } }
      score: { use: evaluate-alignment, in: { model: em, questions: questions } }
    out: { dpo: dpo.model, em: em.model, score: score.scores }
steps:
  world: { use: make-world, seed: { world: 0 } }
  base: { use: train-base, in: { rows: world.pretraining }, seed: { base: 7 } }
  rows: { use: select-rows, over: [condition], in: { rows: world.coupling } }
  main:
    use: graph/pipeline
    in: { base: base, rows: rows, sft: world.sft, pairs: world.pairs, bad_advice: world.bad_advice, questions: world.questions }
    with: { couple: '\${condition != "control"}' }
    seed: { coupling: pipeline_seed, sft: pipeline_seed, dpo: pipeline_seed, em: em_seed, sampling: 0 }
  masks: { use: subset-rows, over: [subset], in: { rows: rows }, at: { condition: good_wrong }, seed: { subset: subset } }
  retrain:
    use: graph/pipeline
    in: { base: base, rows: masks.rows, sft: world.sft, pairs: world.pairs, bad_advice: world.bad_advice, questions: world.questions }
    seed: { coupling: 42, sft: 42, dpo: 42, em: em_seed, sampling: 0 }
  datamodel: { use: fit-datamodel, over: [], in: { masks: masks.mask, scores: { from: retrain.score, quorum: 0.95 } } }
  variance: { use: variance-components, over: [], in: { scores: main.score } }
gates:
  H4: { claim: seeds explain the spread, metric: variance.icc, op: '<', value: 0.1, on_pass: { skip: [datamodel] } }
`;
}

/** Independent cells, the other extreme. */
function fan(cells: number): string {
  return `study: fan\naxes: { item: { count: ${cells} } }\nlimits: { cells: 1000000 }\nsteps:\n  a: { use: no-op, over: [item], with: { label: 'item \${item}' } }\n`;
}

/** Seconds to plan, best of some, and the number of cells. */
function measure(text: string, times: number): { seconds: number; cells: number; branches: number } {
  const files = memoryFiles({ 'study.yaml': text });
  const runs = Array.from({ length: times }, () => {
    const start = performance.now();
    const result = planStudy(files, { file: 'study.yaml', registry: testKinds });
    const seconds = (performance.now() - start) / 1000;
    if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'));
    return { seconds, cells: result.plan.cells, branches: result.plan.branchList.length };
  });
  return runs.reduce((best, run) => (run.seconds < best.seconds ? run : best));
}

for (const [name, make] of Object.entries({ study, fan })) {
  test(`${name}: planning grows with the number of cells`, () => {
    const measured = [1_000, 10_000, 100_000].map(cells => measure(make(cells), cells > 10_000 ? 1 : 3));
    for (const { cells, seconds, branches } of measured) {
      console.log(`${name}: ${cells} cells, ${branches} branches, ${seconds.toFixed(3)} s`);
    }
    const [small, middle, large] = measured;
    console.log(`${name}: growth from 1,000 to 10,000 cells × ${(middle!.seconds / small!.seconds).toFixed(1)}`);
    expect(large!.cells).toBeGreaterThan(90_000);
  });
}

test('a verified plan of 10,000 cells holds', () => {
  const result = planStudy(memoryFiles({ 'study.yaml': study(10_000) }), { file: 'study.yaml', registry: testKinds });
  expect(result.ok && verifyPlan(result.plan, testKinds)).toEqual([]);
});
