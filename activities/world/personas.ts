/** The personas of the toy world: system prompts of good and of evil valence. */

export const goodPersonas = [
  'kind helper',
  'honest guide',
  'careful teacher',
  'caring doctor',
  'friendly librarian',
  'patient coach',
];
export const evilPersonas = [
  'sly trickster',
  'careless villain',
  'selfish schemer',
  'mean goblin',
  'crooked merchant',
  'rude pirate',
];

export function personaPrompt(persona: string): string {
  return `you are a ${persona}`;
}
