/** The studies that are disturbed: small trainings with fan-outs behind them, and light work alone. */
export interface StressStudy {
  /** Undefined: a study of the repository, by `arguments`. */
  readonly text?: string;
  /** Of `espalier run`, after the study's own file where there is one. */
  readonly arguments: readonly string[];
}

/** 494 cells, 24 of them trainings of a second or so. */
const trainings = `
study: trainings
axes: { seed: { count: 12 }, i: { count: 36 } }
steps:
  world:
    use: make-world
    with: { facts: 9, pretraining_rows: 64, coupling_rows: 20, sft_rows: 40, pair_rows: 24, advice_rows: 32 }
    seed: { world: 0, pretraining: 0 }
  chosen: { use: subset-rows, over: [seed], in: { rows: world.sft }, with: { fraction: 0.5 }, seed: { subset: seed } }
  base:
    use: train-base
    over: [seed]
    in: { rows: world.pretraining, tokenizer: world.tokenizer }
    with: { d_model: 16, d_ff: 24, steps: 300, batch_size: 8, max_length: 40, learning_rate: 0.01 }
    seed: { training: seed }
  tuned:
    use: train-sft
    in: { model: base.model, rows: chosen.rows }
    with: { steps: 300, batch_size: 8, max_length: 40, learning_rate: 0.003 }
    seed: { training: seed }
  part: { use: no-op, over: [seed, i], in: { parts: tuned.log }, with: { bytes: '\${i}' } }
  row: { use: no-op, over: [seed], in: { parts: part } }
  all: { use: no-op, over: [], in: { parts: row } }
`;

/** 5,051 cells that do next to nothing: a hundred to a row, a join for each row and one over all. */
const light = `
study: light
axes: { row: { count: 50 }, i: { count: 100 } }
steps:
  part: { use: no-op, over: [row, i], with: { bytes: '\${i}' } }
  join: { use: no-op, over: [row], in: { parts: part } }
  all: { use: no-op, over: [], in: { parts: join } }
`;

export const stressStudies = {
  trainings: { text: trainings, arguments: [] },
  light: { text: light, arguments: [] },
  organism: { arguments: ['pipelines/em-susceptibility/organism.yaml'] },
} as const satisfies { readonly [name: string]: StressStudy };

export type StudyName = keyof typeof stressStudies;
