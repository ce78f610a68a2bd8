/** What to write instead of a value or a name that a schema refuses. */
import type { Json } from '../schemas/json.ts';
import { type JsonSchema, describeSchemas } from './json-schema.ts';

/** What a value of these schemas looks like. */
export function shapeRemedy(schemas: readonly JsonSchema[], found: Json | undefined): string {
  const types = new Set(schemas.map(schema => schema.type));
  if (types.size === 1 && types.has('object') && Array.isArray(found)) return 'Write `name: …` lines, without dashes.';
  if (types.size === 1 && types.has('array') && typeof found === 'string') return `Write \`[${found}]\`.`;
  const meaning = schemas.find(each => each.description !== undefined)?.description;
  return `Write ${describeSchemas(schemas)}${meaning === undefined ? '' : ` (${meaning})`}.`;
}

/** What a schema gives as an example, if it gives one. */
export function exampleRemedy([schema]: readonly JsonSchema[]): string | undefined {
  const examples: unknown = schema?.['examples'];
  return Array.isArray(examples) ? `Write it as in \`${String(examples[0])}\`.` : undefined;
}

/** A name with `_` wherever it has what names cannot have, if that makes it one. */
export function nameRemedy(name: string): string {
  const mended = name.replaceAll(/[^a-zA-Z0-9_]+/g, '_');
  return /^[a-zA-Z]/.test(mended) ? `Write \`${mended}\`.` : 'Choose another name.';
}
