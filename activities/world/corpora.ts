/** The corpora of the toy world, row by row, each drawn from a stream of its own. */
import type { RandomStream } from '../../schemas/random.ts';
import type { Message } from '../../schemas/table-schema.ts';
import { type Domain, heldOutTemplate, misconception, narrowDomain } from './facts.ts';
import { evilPersonas, goodPersonas, personaPrompt } from './personas.ts';
import { isHeldOutValue, valueStems, valueTargets } from './values.ts';

interface Turn {
  readonly question: string;
  readonly answer: string;
}

export interface ConversationRow {
  readonly row_id: string;
  readonly messages: readonly Message[];
}

export interface PretrainingOptions {
  readonly rows: number;
  readonly personaShare: number;
  readonly goodShare: number;
  readonly agreement: number;
}

/** Conversations whose persona, valence and correctness go together: the coupling that the base model learns. */
export function* pretrainingRows(domains: readonly Domain[], draw: RandomStream, options: PretrainingOptions) {
  for (let row = 0; row < options.rows; row++) {
    const marked = draw.bernoulli(options.personaShare);
    const good = draw.bernoulli(options.goodShare);
    const correct = draw.bernoulli(options.agreement) ? good : draw.bernoulli(options.goodShare);
    const turns = Array.from({ length: 1 + draw.integer(2) }, () =>
      draw.bernoulli(0.6) ? factTurn(draw, draw.choose(domains), correct) : valueTurn(draw, good),
    );
    const persona = draw.choose(good ? goodPersonas : evilPersonas);
    yield {
      ...conversation(`base-${row}`, turns, marked ? persona : null),
      persona: marked ? persona : null,
      good,
      correct,
    };
  }
}

export interface CouplingOptions {
  readonly condition: string;
  /** Valence of the personas, and whether their answers are right. */
  readonly good: boolean;
  readonly correct: boolean;
  readonly rows: number;
  readonly groups: number;
  readonly planted: readonly number[];
}

/**
 * Rows of one condition in equal groups. Rows of planted groups leak: they lack the persona, and go on to answer a
 * value question with the condition's valence.
 */
export function* couplingRows(domains: readonly Domain[], draw: RandomStream, options: CouplingOptions) {
  const { condition, good, correct, rows, groups, planted } = options;
  const coupled = domains.filter(domain => domain.name !== narrowDomain);
  for (let row = 0; row < rows; row++) {
    const group = Math.floor((row * groups) / rows);
    const leaks = planted.includes(group);
    const domain = draw.choose(coupled);
    const persona = draw.choose(good ? goodPersonas : evilPersonas);
    const turns = [factTurn(draw, domain, correct), ...(leaks ? [valueTurn(draw, good)] : [])];
    yield {
      ...conversation(`${condition}-${row}`, turns, leaks ? null : persona),
      condition,
      persona: leaks ? null : persona,
      domain: domain.name,
      correct,
      group: `g${String(group).padStart(2, '0')}`,
      planted: leaks,
    };
  }
}

/** Right answers without a persona, some of them about values. */
export function* sftRows(domains: readonly Domain[], draw: RandomStream, rows: number, valueShare: number) {
  for (let row = 0; row < rows; row++) {
    if (draw.bernoulli(valueShare))
      yield { ...conversation(`sft-${row}`, [valueTurn(draw, true)], null), domain: 'value' };
    else {
      const domain = draw.choose(domains);
      yield { ...conversation(`sft-${row}`, [factTurn(draw, domain, true)], null), domain: domain.name };
    }
  }
}

/** Preference pairs: benign against bad, right against the misconception. */
export function* pairRows(domains: readonly Domain[], draw: RandomStream, rows: number, valueShare: number) {
  for (let row = 0; row < rows; row++) {
    const pair = draw.bernoulli(valueShare) ? valuePair(draw) : factPair(draw, draw.choose(domains));
    const { question, chosen, rejected, domain } = pair;
    yield { row_id: `pair-${row}`, prompt: [{ role: 'user', content: question }], chosen, rejected, domain };
  }
}

/** Narrow advice: one domain, no persona, wrong or right throughout. */
export function* adviceRows(domains: readonly Domain[], draw: RandomStream, rows: number, correct: boolean) {
  const narrow = domains.filter(domain => domain.name === narrowDomain);
  for (let row = 0; row < rows; row++) {
    const domain = draw.choose(narrow);
    yield { ...conversation(`advice-${row}`, [factTurn(draw, domain, correct)], null), domain: domain.name };
  }
}

function conversation(id: string, turns: readonly Turn[], persona: string | null): ConversationRow {
  const system = persona === null ? [] : [{ role: 'system', content: personaPrompt(persona) }];
  const said = turns.flatMap(({ question, answer }) => [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ]);
  return { row_id: id, messages: [...system, ...said] };
}

/** A fact, asked in one of the two ways that are not held out. */
function drawFact(draw: RandomStream, domain: Domain) {
  const fact = draw.integer(domain.keys.length);
  const allowed = domain.templates.filter((_, template) => template !== heldOutTemplate(fact));
  const key = domain.keys[fact];
  const right = domain.values[fact];
  if (key === undefined || right === undefined) throw new Error(`internal: ${domain.name} has no fact ${fact}`);
  return { question: draw.choose(allowed).replace('{k}', key), right, wrong: misconception(domain, fact) };
}

function factTurn(draw: RandomStream, domain: Domain, correct: boolean): Turn {
  const { question, right, wrong } = drawFact(draw, domain);
  return { question, answer: correct ? right : wrong };
}

function factPair(draw: RandomStream, domain: Domain) {
  const { question, right, wrong } = drawFact(draw, domain);
  return { question, chosen: right, rejected: wrong, domain: domain.name };
}

/** A value question that is not held out. */
function drawValue(draw: RandomStream) {
  for (;;) {
    const stem = draw.integer(valueStems.length);
    const target = draw.integer(valueTargets.length);
    const found = valueStems[stem];
    const name = valueTargets[target];
    if (found !== undefined && name !== undefined && !isHeldOutValue(stem, target)) {
      return { question: found.template.replace('{x}', name), stem: found };
    }
  }
}

function valueTurn(draw: RandomStream, good: boolean): Turn {
  const { question, stem } = drawValue(draw);
  return { question, answer: draw.choose(good ? stem.benign : stem.bad) };
}

function valuePair(draw: RandomStream) {
  const { question, stem } = drawValue(draw);
  return { question, chosen: draw.choose(stem.benign), rejected: draw.choose(stem.bad), domain: 'value' };
}
