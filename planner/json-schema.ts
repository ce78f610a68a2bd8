/** JSON Schemas of zod schemas, and what messages need to know of them: which keys there are, what a value should be. */
import { z } from 'zod';
import { listNames } from './nearest-name.ts';
import type { SourcePath } from './source-node.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The schema of what may be written (defaults may be left out), in the dialect that editors read best. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input', reused: 'inline', unrepresentable: 'any' });
}

/** The schema of the value at a path; of a union all that fit. */
export function schemasAt(root: JsonSchema, path: SourcePath): JsonSchema[] {
  return path.reduce<JsonSchema[]>(
    (schemas, step) => schemas.flatMap(schema => stepInto(schema, step)),
    alternatives(root),
  );
}

function stepInto(schema: JsonSchema, step: string | number): JsonSchema[] {
  if (typeof step === 'number') {
    const { items } = schema;
    const item = Array.isArray(items) ? items[step] : items;
    return item === undefined || typeof item === 'boolean' ? [] : alternatives(item);
  }
  const property = schema.properties?.[step] ?? schema.additionalProperties;
  return property === undefined || typeof property === 'boolean' ? [] : alternatives(property);
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  if (schema.anyOf !== undefined)
    return schema.anyOf.flatMap(option => (typeof option === 'boolean' ? [] : alternatives(option)));
  return Array.isArray(schema.type) ? schema.type.map(type => ({ ...schema, type })) : [schema];
}

/** Keys that maps of these schemas may have. */
export function keysOf(schemas: readonly JsonSchema[]): string[] {
  return [...new Set(schemas.flatMap(schema => Object.keys(schema.properties ?? {})))];
}

/** What a value of these schemas is, in words: `a whole number from 1 or an expression`. */
export function describeSchemas(schemas: readonly JsonSchema[]): string {
  const described = [...new Set(schemas.map(describe))];
  const last = described.pop() ?? 'something else';
  return described.length === 0 ? last : `${described.join(', ')} or ${last}`;
}

function describe(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.enum !== undefined) return listNames(schema.enum.map(String), 12, 'or');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  switch (schema.type) {
    case 'integer':
      return `a whole number${range(schema)}`;
    case 'number':
      return `a number${range(schema)}`;
    case 'boolean':
      return '`true` or `false`';
    case 'string':
      return schema.pattern?.startsWith('^\\$\\{') === true ? 'an expression `${…}`' : 'text';
    case 'array':
      return list(schema);
    case 'object':
      return 'a map';
    case 'null':
      return 'nothing';
    default:
      return 'any value';
  }
}

function list({ minItems = 0, maxItems }: JsonSchema): string {
  if (minItems === maxItems) return `a list of ${minItems} items`;
  return minItems === 0 ? 'a list' : `a list with at least ${minItems === 1 ? 'one item' : `${minItems} items`}`;
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const bounds = [
    exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`,
    minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? '' : ` from ${minimum}`,
    exclusiveMaximum === undefined ? '' : ` below ${exclusiveMaximum}`,
    maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : ` up to ${maximum}`,
  ];
  return bounds.join('');
}
