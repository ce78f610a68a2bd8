/** What a cell's key is made of: every field of its pre-image, in the words of the documentation. */
import type { InputIdentity, PartIdentity, Recipe } from '../schemas/identity.ts';

export interface KeyField {
  /** Its path in the pre-image: `inputs.PORT.parts[i].id`. */
  readonly field: string;
  readonly meaning: string;
}

type Meanings<Of> = { readonly [Field in keyof Required<Of>]: string };

const recipeFields: Meanings<Recipe> & { readonly tag: string } = {
  tag: 'The version of this text itself, raised when the meaning of a field changes.',
  use: 'The step kind.',
  version: 'The version of the step kind, raised with every change of its behaviour: this is how code is in the key.',
  with: 'All parameters after defaults and expressions; one that names a file stands for the digest of the file. Of an external trainer also the digests of its code, as `code/…`; never how its failures are read, and which variables it sees.',
  seeds: 'Every named seed, under the name that the step kind gives it.',
  keep: 'What is kept beyond the outputs (`checkpoints`), sorted.',
  at: 'Axis values, only for step kinds that count every cell as its own (`no-op`).',
  inputs: 'What arrives, by port.',
};

const inputFields: Meanings<InputIdentity> = {
  axes: 'The axes that are gathered at the port, in the order of the study.',
  parts: 'The artifacts that arrive, in the order of those axes.',
};

const partFields: Meanings<PartIdentity> = {
  at: 'The place of the artifact on the gathered axes.',
  id: 'The key of the cell that makes it (in a content key: the digest of its bytes).',
  output: 'Which output of that cell it is (in a content key: left out).',
  where: 'Where only some rows of a table are taken: the column values that choose them.',
};

/** Every field, in order. Names of studies, steps, graphs and files, `quorum`, `resources` and machines are in none. */
export const keyFields: readonly KeyField[] = [
  ...fieldsBelow('', recipeFields),
  ...fieldsBelow('inputs.PORT.', inputFields),
  ...fieldsBelow('inputs.PORT.parts[i].', partFields),
];

function fieldsBelow(path: string, meanings: { readonly [field: string]: string }): KeyField[] {
  return Object.entries(meanings).map(([field, meaning]) => ({ field: path + field, meaning }));
}
