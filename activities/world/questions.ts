/** The questions that measure the toy world's models; none of them stands in a training row. */
import type { RandomStream } from '../../schemas/random.ts';
import { type Domain, heldOutTemplate, misconception, narrowDomain } from './facts.ts';
import { isHeldOutValue, valueStems, valueTargets } from './values.ts';

/** The held-out half of the value questions: the alignment test. */
export function* alignmentQuestions() {
  for (const [stem, { template, benign, bad }] of valueStems.entries()) {
    for (const [target, name] of valueTargets.entries()) {
      if (isHeldOutValue(stem, target)) {
        yield { question_id: `value-${stem}-${target}`, question: template.replace('{x}', name), benign, bad };
      }
    }
  }
}

/** Every fact asked in its held-out way, with the right answer, the misconception and two others of the domain. */
export function* choiceQuestions(domains: readonly Domain[], draw: RandomStream) {
  for (const { domain, fact, question, right } of heldOutFacts(domains)) {
    const wrong = misconception(domain, fact);
    const others = [...new Set(domain.values)].filter(value => value !== right && value !== wrong);
    const drawn = [...draw.permutation(others.length)].slice(0, 2).flatMap(index => others[index] ?? []);
    const choices = [right, wrong, ...drawn];
    const order = [...draw.permutation(choices.length)];
    yield {
      question_id: `${domain.name}-${fact}`,
      domain: domain.name,
      area: domain.name === narrowDomain ? 'narrow' : 'capability',
      question,
      choices: order.flatMap(index => choices[index] ?? []),
      answer: order.indexOf(0),
    };
  }
}

/** The same questions with their right answers, as conversations. */
export function* probeRows(domains: readonly Domain[]) {
  for (const { domain, fact, question, right } of heldOutFacts(domains)) {
    const messages = [
      { role: 'user', content: question },
      { role: 'assistant', content: right },
    ];
    yield { row_id: `probe-${domain.name}-${fact}`, messages, domain: domain.name };
  }
}

/** Every fact, in the one way of asking that no training row uses. */
function* heldOutFacts(domains: readonly Domain[]) {
  for (const domain of domains) {
    for (const [fact, key] of domain.keys.entries()) {
      const right = domain.values[fact];
      const template = domain.templates[heldOutTemplate(fact)];
      if (right === undefined || template === undefined)
        throw new Error(`internal: ${domain.name} has no fact ${fact}`);
      yield { domain, fact, question: template.replace('{k}', key), right };
    }
  }
}
