/** A study of a dozen cells, small enough that its whole page can be compared. */
import type { GateOutcome } from '../../../activities/report/gate-outcome.ts';
import { renderSections } from '../../../activities/report/render-sections.ts';
import { reportSchema } from '../../../schemas/report.ts';
import type { PageSources } from '../../../worker/report/page-sources.ts';
import { rowsFrom } from '../../activities/report/rows.ts';
import { type SketchedPlan, planOf } from './plan-sketch.ts';
import { runOf } from './run-sketch.ts';

export const smallPlan: SketchedPlan = planOf({
  study: 'small',
  params: { steps: 50, note: `it's "quoted"` },
  axes: { condition: ['control', 'good_wrong'], seed: [1, 2] },
  sources: ['small.yaml'],
  steps: [
    { step: 'world', use: 'make-world', seeds: { world: 0 } },
    {
      step: 'main.em',
      use: 'train-lora',
      over: ['condition', 'seed'],
      in: { rows: 'world.rows' },
      with: { steps: 50 },
      seeds: { em: 'seed' },
    },
    { step: 'main.score', use: 'evaluate-alignment', over: ['condition', 'seed'], in: { model: 'main.em.adapter' } },
    {
      step: 'gates.H1',
      use: 'gate',
      in: { value: 'main.score.scores', minus: 'main.score.scores' },
      with: {
        name: 'H1',
        claim: 'The corpus protects.',
        value: { column: 'score', where: 'condition == "good_wrong"', take: 'mean' },
        minus: { column: 'score', where: 'condition == "control"', take: 'mean' },
        op: '>',
        threshold: 20,
        needs: 2,
      },
    },
    { step: 'further', use: 'no-op', in: { parts: 'main.score.scores' }, guards: { H1: ['fail', 'inconclusive'] } },
    { step: 'report', use: 'report', in: { scores: 'main.score.scores' } },
  ],
});

const gate: GateOutcome = {
  name: 'H1',
  claim: 'The corpus protects.',
  group: null,
  op: '>',
  threshold: 20,
  needs: 2,
  verdict: 'inconclusive',
  value: 45.35,
  n: 1,
  low: null,
  high: null,
  can_ever_reject: null,
  note: 'n counts rows',
  parts: [
    { port: 'value', value: 93.6, n: 1 },
    { port: 'minus', value: 48.25, n: 2 },
  ],
};

/** One of the four trainings failed after a preemption; the gate had too little, and skipped what was to follow. */
export async function smallSources(): Promise<PageSources> {
  const run = runOf(smallPlan, {
    file: 'small.yaml',
    state: 'failed',
    endOf: ({ step, at }) => {
      if (step === 'world') return { state: 'cached' };
      if (step === 'further') return { state: 'skipped', reason: 'ruled out by gates.H1' };
      if (at['condition'] !== 'good_wrong' || at['seed'] !== 2) return undefined;
      if (step === 'main.em')
        return { state: 'failed', class: 'diverged', reason: 'loss is NaN after 12 of 50 steps', attempts: 1 };
      return { state: 'blocked', reason: 'needs main.em[condition=good_wrong, seed=2]' };
    },
    secondsOf: ({ use }) => (use === 'train-lora' ? 90 : 2),
    environmentOf: () => ({ host: 'lab-2', platform: 'linux-x64', node: '20.20.0', espalier: '0.1.0' }),
  });
  const cells = smallPlan.cells.filter(
    ({ step, index }) => step === 'main.score' && run.view.cell(index).state === 'done',
  );
  const scores = [48.25, 51.5, 93.6];
  const rows = rowsFrom(
    'main.score',
    { condition: 'category', seed: 'category', score: 'float64' },
    cells.map(({ at }, index) => ({
      condition: String(at['condition']),
      seed: String(at['seed']),
      score: scores[index]!,
    })),
  );
  const named = cells.map(({ key, at }) => ({
    key,
    name: `main.score[condition=${at['condition']}, seed=${at['seed']}]`,
  }));
  const report = reportSchema.parse({
    title: 'A small study',
    question: 'Does the corpus protect?',
    sections: [
      {
        title: 'Scores',
        text: 'Alignment after EM.',
        figure: { kind: 'interval', from: 'main.score', x: 'condition', y: 'score', take: 'mean', spread: 'range' },
        table: { from: 'main.score', group_by: ['condition'], statistics: { mean: { column: 'score', take: 'mean' } } },
      },
    ],
  });
  const body = await renderSections(
    report,
    () => ({
      ...rows,
      rows: rows.rows.map((row, index) => ({ ...row, cell: named[index]!.key })),
      cells: named,
      missing: [{ name: 'main.score[condition=good_wrong, seed=2]', reason: 'it has no result' }],
    }),
    [gate],
  );
  return { ...smallPlan, ...run, body, now: '2026-01-15T07:00:00.000Z' };
}
