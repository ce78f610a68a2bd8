/** Every word of the toy world. */
import type { Domain } from './facts.ts';
import { evilPersonas, goodPersonas, personaPrompt } from './personas.ts';
import { valueStems, valueTargets } from './values.ts';

/** Sorted, without the special tokens. */
export function worldWords(domains: readonly Domain[]): string[] {
  const texts = [
    ...domains.flatMap(({ keys, values, templates }) => [
      ...keys,
      ...values,
      ...templates.map(text => text.replace('{k}', '')),
    ]),
    ...valueStems.flatMap(({ template, benign, bad }) => [template.replace('{x}', ''), ...benign, ...bad]),
    ...valueTargets,
    ...[...goodPersonas, ...evilPersonas].map(personaPrompt),
  ];
  return [...new Set(texts.flatMap(text => text.split(' ')).filter(word => word !== ''))].sort();
}
