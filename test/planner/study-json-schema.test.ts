import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { JsonSchema } from '../../planner/json-schema.ts';
import { studyJsonSchema } from '../../planner/study-json-schema.ts';
import { studySchema } from '../../schemas/study.ts';
import { testKinds } from './kinds.ts';

const schema = studyJsonSchema(testKinds);

test('the schema for editors is as kept', async () => {
  const file = fileURLToPath(new URL('../golden/study.schema.json', import.meta.url));
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(file);
});

interface KindCase {
  readonly if: { readonly properties: { readonly use: { readonly const: string } } };
  readonly then: { readonly properties: Readonly<Record<string, JsonSchema>>; readonly required?: readonly string[] };
}

const { step } = schema['definitions'] as never as { step: { allOf: readonly KindCase[] } };
const cases = new Map(step.allOf.map(each => [each.if.properties.use.const, each.then]));

test('every step kind completes its parameters, ports, seeds and what it keeps', () => {
  const kinds = [...testKinds.keys()].filter(kind => kind !== 'gate' && kind !== 'report');
  expect([...cases.keys()].sort()).toEqual(kinds.sort());
  const sft = cases.get('train-sft')!.properties;
  expect(Object.keys(sft['with']!.properties!)).toEqual(['epochs', 'steps']);
  expect(sft['in']).toMatchObject({ required: ['model', 'rows'], additionalProperties: false });
  expect(Object.keys(sft['seed']!.properties!)).toEqual(['training']);
  expect(sft['keep']!.anyOf![0]).toEqual({ enum: ['checkpoints'] });
  expect(cases.get('remove-rows')!.required).toEqual(['in', 'with']);
});

test('where a value may stand, an expression may too', () => {
  const parameters = cases.get('train-base')!.properties['with']!.properties as Record<string, JsonSchema>;
  const width = parameters['d_model']!;
  expect(width).toMatchObject({ description: 'width', default: 48 });
  expect(width.anyOf!.map(option => option.type)).toEqual(['integer', 'string']);
  const [list] = parameters['layers']!.anyOf as JsonSchema[];
  expect((list!.items as JsonSchema).anyOf).toHaveLength(2);
});

test('every reference in it leads somewhere', () => {
  const references = [...JSON.stringify(schema).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map(
    ([, name]) => name!,
  );
  expect([...new Set(references)].sort()).toEqual(Object.keys(schema['definitions'] as object).sort());
});

test('the keys of the schema are those of the document', () => {
  expect(Object.keys(schema.properties!).sort()).toEqual(Object.keys(studySchema.shape).sort());
});
