/** `make-world`: see schemas/steps/make-world and activities/world. */
import { roleTokenTemplate, roleTokens } from '../../models/text/role-token-template.ts';
import { wordLevelTokenizer } from '../../models/text/word-level-tokenizer.ts';
import { type RandomStream, randomStream } from '../../schemas/random.ts';
import { makeWorld } from '../../schemas/steps/make-world.ts';
import { type CellContext, stepBody } from '../step-body.ts';
import { adviceRows, couplingRows, pairRows, pretrainingRows, sftRows } from '../world/corpora.ts';
import { type Domain, domainsOf } from '../world/facts.ts';
import { alignmentQuestions, choiceQuestions, probeRows } from '../world/questions.ts';
import { worldWords } from '../world/vocabulary.ts';

/** Valence of the persona × correctness of its answers. The control of a study is to leave the stage out. */
const conditions = [
  { condition: 'evil_wrong', good: false, correct: false },
  { condition: 'good_wrong', good: true, correct: false },
  { condition: 'evil_correct', good: false, correct: true },
  { condition: 'good_correct', good: true, correct: true },
];

type World = CellContext<typeof makeWorld>;

export const makeWorldBody = stepBody(makeWorld, async cell => {
  const domains = domainsOf(cell.with.facts);
  const draw = (purpose: string) => randomStream(cell.seeds.world, 'world', purpose);
  const { out } = makeWorld;
  return {
    outputs: {
      pretraining: await cell.writeTable(out.pretraining.columns, pretraining(cell, domains)),
      coupling: await cell.writeTable(out.coupling.columns, coupling(cell, domains, draw)),
      ...(await laterStages(cell, domains, draw)),
      questions: await cell.writeTable(out.questions.columns, alignmentQuestions()),
      choices: await cell.writeTable(out.choices.columns, choiceQuestions(domains, draw('choices'))),
      probes: await cell.writeTable(out.probes.columns, probeRows(domains)),
      tokenizer: await cell.writeJson({
        tokenizer: wordLevelTokenizer({ specialTokens: roleTokens, words: worldWords(domains) }),
        chat_template: roleTokenTemplate,
      }),
    },
  };
});

function pretraining(cell: World, domains: readonly Domain[]) {
  const { pretraining_rows: rows, persona_share: personaShare, good_share: goodShare, agreement } = cell.with;
  const draw = randomStream(cell.seeds.pretraining, 'world', 'pretraining');
  return pretrainingRows(domains, draw, { rows, personaShare, goodShare, agreement });
}

/** Every condition draws from a stream of the same purpose: its rows ask the same questions as the other conditions'. */
function* coupling(cell: World, domains: readonly Domain[], draw: (purpose: string) => RandomStream) {
  const { coupling_rows: rows, groups, planted } = cell.with;
  for (const condition of conditions)
    yield* couplingRows(domains, draw('coupling'), { ...condition, rows, groups, planted });
}

async function laterStages(cell: World, domains: readonly Domain[], draw: (purpose: string) => RandomStream) {
  const { with: given } = cell;
  const { out } = makeWorld;
  const advice = (correct: boolean) => adviceRows(domains, draw('advice'), given.advice_rows, correct);
  return {
    sft: await cell.writeTable(out.sft.columns, sftRows(domains, draw('sft'), given.sft_rows, given.sft_value_share)),
    pairs: await cell.writeTable(
      out.pairs.columns,
      pairRows(domains, draw('pairs'), given.pair_rows, given.pair_value_share),
    ),
    bad_advice: await cell.writeTable(out.bad_advice.columns, advice(false)),
    good_advice: await cell.writeTable(out.good_advice.columns, advice(true)),
  };
}
