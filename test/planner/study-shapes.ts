/** Studies of a shape and about a number of cells, for the kinds of test/planner/kinds. */

/** Retrainings on subsets of the rows (10 cells each), a datamodel, and a matrix of conditions: the shape of a real study. */
export function study(cells: number): string {
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

/** Wide: independent cells. */
export function fan(cells: number): string {
  return `
study: fan
axes: { item: { count: ${cells} } }
limits: { cells: 1000000 }
steps:
  a: { use: no-op, over: [item], with: { label: 'item \${item}' } }
`;
}

/** Deep: chains of 40 trainings one after the other, in graphs of graphs. */
export function nested(cells: number): string {
  const steps = (use: string, names: readonly string[]) =>
    names
      .map((name, index) => `      ${name}: { use: ${use}, in: { model: ${names[index - 1] ?? 'model'}, rows: rows } }`)
      .join('\n');
  const graph = (name: string, use: string, names: readonly string[]) => `  ${name}:
    in: { model: weights, rows: table }
    seeds: [training]
    steps:
${steps(use, names)}
    out: { model: ${names.at(-1)}.model }`;
  return `
study: nested
axes: { replicate: { count: ${Math.max(1, Math.round(cells / 40))} } }
limits: { cells: 1000000 }
graphs:
${graph('stage', 'train-sft', ['one', 'two', 'three', 'four', 'five'])}
${graph('phase', 'graph/stage', ['first', 'second', 'third', 'fourth'])}
${graph('life', 'graph/phase', ['early', 'late'])}
steps:
  world: { use: make-world, seed: { world: 0 } }
  base: { use: train-base, in: { rows: world.pretraining }, seed: { base: 7 } }
  run: { use: graph/life, in: { model: base, rows: world.sft }, seed: { training: replicate } }
`;
}

/** Joins: every model on every set of rows, gathered along either axis and along both. */
export function joins(cells: number): string {
  const side = Math.max(1, Math.round(Math.sqrt(cells / 2)));
  return `
study: joins
axes: { model_seed: { count: ${side} }, subset: { count: ${side} } }
limits: { cells: 1000000 }
steps:
  world: { use: make-world, seed: { world: 0 } }
  base: { use: train-base, in: { rows: world.pretraining }, seed: { base: model_seed } }
  rows: { use: subset-rows, in: { rows: world.sft }, seed: { subset: subset } }
  tuned: { use: train-sft, in: { model: base, rows: rows }, seed: { tuned: 0 } }
  score: { use: evaluate-alignment, in: { model: tuned, questions: world.questions }, seed: { sampling: 0 } }
  by_model: { use: no-op, over: [model_seed], in: { parts: score } }
  by_subset: { use: no-op, over: [subset], in: { parts: score } }
  all: { use: no-op, over: [], in: { parts: score } }
`;
}
