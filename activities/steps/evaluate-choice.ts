/** `evaluate-choice`: see schemas/steps/evaluate-choice. */
import { evaluateChoice } from '../../schemas/steps/evaluate-choice.ts';
import { scoreCompletions } from '../../models/scoring/score-completions.ts';
import { wilsonInterval } from '../../stats/interval.ts';
import { CellFailure } from '../cell-failure.ts';
import { questionPrompt } from '../evaluation/prompts.ts';
import { checkTrainingOverlap } from '../evaluation/training-overlap.ts';
import { cellText } from '../rows/cell-text.ts';
import { requireColumn } from '../rows/row-units.ts';
import { type InputTable, stepBody } from '../step-body.ts';
import { readModel } from '../training/model-artifact.ts';
import { backendOf } from '../training/process-backend.ts';
import { encodeAnswer } from '../training/training-examples.ts';

export const evaluateChoiceBody = stepBody(evaluateChoice, async cell => {
  const { model, text, history } = readModel(await cell.weights('model'), 'model');
  const questions = await readChoices(await cell.table('questions'), cell.with.by);
  const { check_overlap: mode, system_prompt: system, length_normalised: normalised } = cell.with;
  const notes = await checkTrainingOverlap(cell, {
    mode,
    history,
    questions: questions.map(({ id, question }) => ({ id, text: question })),
  });
  const examples = questions.flatMap(({ question, choices }) =>
    choices.map(choice => encodeAnswer(text, questionPrompt(question, system), choice)),
  );
  const { logProbabilities, tokens } = scoreCompletions(await backendOf(cell), model, examples, 'excluded');
  let at = 0;
  const answers = questions.map(({ id, group, choices, answer }) => {
    const scores = choices.map(() => {
      const score = (logProbabilities[at] ?? Number.NaN) / (normalised ? (tokens[at] ?? 1) : 1);
      at += 1;
      return score;
    });
    return { question_id: id, group, chosen: scores.indexOf(Math.max(...scores)), answer, log_probs: scores };
  });
  const right = answers.filter(({ chosen, answer }) => chosen === answer).length;
  const { low, high } = wilsonInterval(right, answers.length);
  return {
    outputs: {
      scores: await cell.writeTable(evaluateChoice.out.scores.columns, groupRows(answers)),
      answers: await cell.writeTable(evaluateChoice.out.answers.columns, answers),
    },
    metrics: { accuracy: { value: right / answers.length, n: answers.length, low, high } },
    notes,
  };
});

interface ChoiceQuestion {
  readonly id: string;
  readonly group: string;
  readonly question: string;
  readonly choices: readonly string[];
  readonly answer: number;
}

async function readChoices(table: InputTable, by: string | undefined): Promise<ChoiceQuestion[]> {
  if (by !== undefined) requireColumn(table.columns, by);
  const questions: ChoiceQuestion[] = [];
  for await (const row of table.rowsOf()) {
    const id = cellText(row['question_id']);
    const choices = Array.isArray(row['choices']) ? row['choices'].filter(choice => typeof choice === 'string') : [];
    const answer = row['answer'];
    if (typeof answer !== 'number' || choices[answer] === undefined) {
      throw new CellFailure(
        'user',
        `question ${id} has ${choices.length} choices, and its answer is choice ${cellText(answer)} (counted from 0)`,
      );
    }
    questions.push({
      id,
      group: by === undefined ? 'all' : cellText(row[by]),
      question: cellText(row['question']),
      choices,
      answer,
    });
  }
  if (questions.length === 0) throw new CellFailure('user', 'there are no questions');
  return questions;
}

function* groupRows(answers: readonly { readonly group: string; readonly chosen: number; readonly answer: number }[]) {
  for (const group of [...new Set(answers.map(each => each.group))].sort()) {
    const own = answers.filter(each => each.group === group);
    const right = own.filter(({ chosen, answer }) => chosen === answer).length;
    yield { group, accuracy: right / own.length, ...wilsonInterval(right, own.length), questions: own.length };
  }
}
