/** `bag-of-tokens`: see schemas/steps/bag-of-tokens. */
import { bagOfTokens } from '../../schemas/steps/bag-of-tokens.ts';
import { type ClassifierCrossValidation, crossValidateClassifier } from '../../stats/classifier-cross-validation.ts';
import type { ClassificationScores } from '../../stats/classification-scores.ts';
import { groupedFolds } from '../../stats/grouped-folds.ts';
import { softmaxClassifier } from '../../stats/linear-classifier.ts';
import { type SoftmaxRegression, largestImportances, softmaxRegression } from '../../stats/softmax-regression.ts';
import { countTokens } from '../../stats/token-counts.ts';
import { type TokenFeatures, tokenFeatures } from '../../stats/token-features.ts';
import { CellFailure } from '../cell-failure.ts';
import { type LabelledText, readCorpora } from '../analysis/corpus.ts';
import { counted } from '../analysis/counted.ts';
import { requireGroups } from '../analysis/enough-groups.ts';
import { endsOf, estimate, finiteOrNull } from '../analysis/estimate.ts';
import { type CellContext, stepBody } from '../step-body.ts';

type BagOfTokens = CellContext<typeof bagOfTokens>;

export const bagOfTokensBody = stepBody(bagOfTokens, async cell => {
  const { label, text: turns, folds, c } = cell.with;
  const source = { port: 'rows', table: await cell.table('rows') };
  const { texts, withoutLabel } = await readCorpora(source, { label, turns });
  const features = featuresOf(cell, texts);
  const labels = texts.map(each => each.label);
  const groups = groupsOf(cell, texts);
  const questions = new Set(groups).size;
  requireGroups(questions, cell.with.group, folds);
  const foldOf = groupedFolds({ groups, folds, seed: cell.seeds.folds });
  await cell.progress({ step: 0, steps: 2 });
  const held = crossValidateClassifier({
    features: () => features.x,
    labels,
    foldOf,
    classifier: softmaxClassifier(c),
  });
  await cell.progress({ step: 1, steps: 2 });
  const fit = softmaxRegression({ x: features.x, labels, c });
  const { out } = bagOfTokens;
  return {
    outputs: {
      folds: await cell.writeTable(out.folds.columns, foldRows(held)),
      coefficients: await cell.writeTable(out.coefficients.columns, coefficientRows(fit, features, cell.with.terms)),
      confusion: await cell.writeTable(out.confusion.columns, confusionRows(held)),
    },
    metrics: metricsOf(held, questions),
    notes: {
      rows: texts.length,
      rows_without_label: withoutLabel,
      rows_without_question: texts.filter(({ question }) => question === undefined).length,
      groups: questions,
      words: features.terms.length,
      fit_converged: fit.converged,
    },
  };
});

function featuresOf(cell: BagOfTokens, texts: readonly LabelledText[]): TokenFeatures {
  const tokens = countTokens(
    texts.map(({ passages }) => passages),
    1,
  );
  const features = tokenFeatures(tokens, { weighting: 'count', minDocuments: cell.with.min_rows });
  if (features.terms.length > 0) return features;
  const { text, min_rows: least } = cell.with;
  throw new CellFailure(
    'user',
    `no word stands in ${counted(least, 'row')} or more (\`text: ${text}\`, \`min_rows: ${least}\`): choose other turns or a smaller \`min_rows\``,
  );
}

/** Rows of one group share a fold. A conversation without a user turn is a group of its own. */
function groupsOf(cell: BagOfTokens, texts: readonly LabelledText[]): string[] {
  const ownGroup = ({ label, rowId }: LabelledText) => JSON.stringify(['row', label, rowId]);
  if (cell.with.group === 'row') return texts.map(ownGroup);
  if (texts.every(({ question }) => question === undefined)) {
    throw new CellFailure('user', '`group: question` needs user turns, and no row has one: write `group: row`');
  }
  return texts.map(text =>
    text.question === undefined ? ownGroup(text) : JSON.stringify(['question', text.question]),
  );
}

function metricsOf(held: ClassifierCrossValidation, groups: number) {
  const units = `${counted(held.n, 'row')} in ${counted(groups, 'group')}, which n counts; the interval takes rows as independent`;
  const isBelow = held.interval.high < held.majorityAccuracy;
  const below = 'below the largest class: words speak for other labels in the groups held out than in those trained on';
  const unless = 'no rows';
  return {
    accuracy: estimate({
      value: held.accuracy,
      n: groups,
      interval: held.interval,
      note: isBelow ? `${units}; ${below}` : units,
      unless,
    }),
    majority_accuracy: estimate({ value: held.majorityAccuracy, n: groups, unless }),
  };
}

function foldRows(held: ClassifierCrossValidation) {
  const asRow = (fold: string, scores: ClassificationScores & { readonly majorityAccuracy: number }) => ({
    fold,
    rows: scores.n,
    accuracy: finiteOrNull(scores.accuracy),
    ...endsOf(scores.interval),
    macro_f1: finiteOrNull(scores.macroF1),
    majority_accuracy: finiteOrNull(scores.majorityAccuracy),
  });
  return [...held.folds.map(each => asRow(String(each.fold), each)), asRow('all', held)];
}

function coefficientRows(fit: SoftmaxRegression, { x, terms }: TokenFeatures, count: number) {
  return largestImportances(fit, x, count).map(({ label, feature, coefficient, importance }) => ({
    label,
    term: terms[feature] ?? '',
    coefficient,
    importance,
  }));
}

function confusionRows({ classes, confusion }: ClassifierCrossValidation) {
  return confusion.flatMap((counts, actual) =>
    counts.map((rows, predicted) => ({ actual: classes[actual] ?? '', predicted: classes[predicted] ?? '', rows })),
  );
}
