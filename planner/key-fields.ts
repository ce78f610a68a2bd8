/** What a cell's key is made of: every field of its pre-image, in the words of the documentation. */
import type { InputIdentity, PartIdentity, Recipe } from '../schemas/identity.ts';

type Fields<Of> = { readonly [Field in keyof Required<Of>]: string };

/** Each field of a recipe. Names of steps, graphs, files and studies, resources, axis values and machines are in none. */
export const keyFields: Fields<Recipe> & { readonly tag: string } = {
  tag: 'The version of the pre-image itself: raised when the meaning of a field changes.',
  use: 'The step kind.',
  version: 'The version of the step kind, raised with every change of its behaviour.',
  with: 'All parameters after defaults and expressions; one that names a file stands for the digest of the file.',
  seeds: 'Every named seed, under the name that the step kind gives it.',
  keep: 'What is kept beyond the outputs, sorted.',
  at: 'Axis values, for step kinds alone that count every cell as its own.',
  inputs: 'What arrives at each port (see the fields of an input and of its parts).',
};

/** Each field of an input in a recipe. */
export const inputKeyFields: Fields<InputIdentity> = {
  axes: 'The axes that are gathered at the port, in the order of the study.',
  parts: 'The artifacts that arrive, in the order of those axes.',
};

/** Each field of a part in a recipe. */
export const partKeyFields: Fields<PartIdentity> = {
  at: 'Its values on the gathered axes.',
  id: 'The key of the cell that makes it (in a content key: the digest of its bytes).',
  output: 'Which output of that cell it is.',
  where: 'Of a scattered table, the column values whose rows are taken.',
};
