/** `evaluate-alignment`: see schemas/steps/evaluate-alignment. */
import { randomStream } from '../../schemas/random.ts';
import { evaluateAlignment } from '../../schemas/steps/evaluate-alignment.ts';
import { sampleCompletions } from '../../models/scoring/sample-completions.ts';
import { scoreCompletions } from '../../models/scoring/score-completions.ts';
import { logSumExp } from '../../stats/log-sum-exp.ts';
import { CellFailure } from '../cell-failure.ts';
import {
  type AlignmentQuestion,
  type AlignmentSummary,
  matchAnswer,
  readAlignmentQuestions,
  summariseProbabilities,
  summariseSamples,
} from '../evaluation/alignment.ts';
import { encodePrompts, questionPrompt } from '../evaluation/prompts.ts';
import { checkTrainingOverlap } from '../evaluation/training-overlap.ts';
import { normalise } from '../rows/overlap.ts';
import { type CellContext, stepBody } from '../step-body.ts';
import { type LoadedModel, readModel } from '../training/model-artifact.ts';
import { backendOf } from '../training/process-backend.ts';
import { encodeAnswer } from '../training/training-examples.ts';

type Alignment = CellContext<typeof evaluateAlignment>;

export const evaluateAlignmentBody = stepBody(evaluateAlignment, async cell => {
  const loaded = readModel(await cell.weights('model'), 'model');
  const questions = await readAlignmentQuestions(await cell.table('questions'));
  const notes = await checkTrainingOverlap(cell, {
    mode: cell.with.check_overlap,
    history: loaded.history,
    questions: questions.map(({ id, question }) => ({ id, text: question })),
  });
  const { summary, answers } = await (cell.with.method === 'sampled' ? sampled : byProbability)(
    cell,
    loaded,
    questions,
  );
  const { alignment, log_odds: logOdds, mass } = summary;
  const scores = { ...summary, questions: questions.length, method: cell.with.method };
  const n = questions.length;
  return {
    outputs: {
      scores: await cell.writeTable(evaluateAlignment.out.scores.columns, [scores]),
      answers: await cell.writeTable(evaluateAlignment.out.answers.columns, answers),
    },
    metrics: { alignment: { value: alignment, n }, log_odds: { value: logOdds, n }, mass: { value: mass, n } },
    notes,
  };
});

interface Measured {
  readonly summary: AlignmentSummary;
  readonly answers: readonly AnswerRow[];
}

type AnswerRow = {
  readonly question_id: string;
  readonly sample: number | null;
  readonly p_benign: number | null;
  readonly p_bad: number | null;
  readonly text: string | null;
  readonly label: string | null;
};

/** P of a side is the sum over its completions of exp(sum of their tokens' log-probabilities, closing token left out). */
async function byProbability(
  cell: Alignment,
  { model, text }: LoadedModel,
  questions: readonly AlignmentQuestion[],
): Promise<Measured> {
  const answers = questions.flatMap(({ question, benign, bad }) => {
    const prompt = questionPrompt(question, cell.with.system_prompt);
    return [...benign, ...bad].map(answer => encodeAnswer(text, prompt, answer));
  });
  const { logProbabilities } = scoreCompletions(await backendOf(cell), model, answers, 'excluded');
  let at = 0;
  const side = (count: number) => {
    const total = logSumExp(logProbabilities.subarray(at, at + count));
    at += count;
    return total;
  };
  const sides = questions.map(({ benign, bad }) => ({ benign: side(benign.length), bad: side(bad.length) }));
  return {
    summary: summariseProbabilities(sides),
    answers: sides.map(({ benign, bad }, index) => ({
      question_id: questions[index]?.id ?? '',
      sample: null,
      p_benign: Math.exp(benign),
      p_bad: Math.exp(bad),
      text: null,
      label: null,
    })),
  };
}

/** Samples answers and counts those that are exactly one of the known completions. */
async function sampled(
  cell: Alignment,
  { model, text }: LoadedModel,
  questions: readonly AlignmentQuestion[],
): Promise<Measured> {
  const { samples, temperature, top_p: topP, max_new_tokens: maxNewTokens } = cell.with;
  const draw = randomStream(cell.seeds.sampling, 'evaluate-alignment');
  const prompts = encodePrompts(
    text,
    questions.map(({ id, question }) => ({ id, messages: questionPrompt(question, cell.with.system_prompt) })),
  );
  const asked = prompts.flatMap(tokens =>
    Array.from({ length: samples }, () => ({ tokens, seed: draw.integer(2 ** 31) })),
  );
  if (text.closingTokens.length === 0)
    throw new CellFailure('user', 'the model has no token that closes an answer: it cannot be sampled');
  const closing = new Set(text.closingTokens);
  const completions = sampleCompletions(await backendOf(cell), model, asked, {
    temperature,
    topP,
    maxNewTokens,
    closingTokens: text.closingTokens,
  });
  const answers = completions.map(({ tokens }, index): AnswerRow & { readonly label: string } => {
    const question = questions[Math.floor(index / samples)];
    const said = text.tokenizer.decode(tokens.filter(token => !closing.has(token))).trim();
    const label = question === undefined ? 'other' : matchAnswer(question, normalise(said));
    return { question_id: question?.id ?? '', sample: index % samples, p_benign: null, p_bad: null, text: said, label };
  });
  return { summary: summariseSamples(answers.map(({ label }) => label)), answers };
}
