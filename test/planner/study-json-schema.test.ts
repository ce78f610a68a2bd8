import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import type { JsonSchema } from '../../planner/json-schema.ts';
import { libraryJsonSchema, studyJsonSchema } from '../../planner/study-json-schema.ts';
import { stepKinds } from '../../schemas/steps/registry.ts';
import { librarySchema, studySchema } from '../../schemas/study.ts';
import { testKinds } from './kinds.ts';

const pipelines = fileURLToPath(new URL('../../pipelines', import.meta.url));
const schema = studyJsonSchema(testKinds);

test.each([
  ['study.schema.json', studyJsonSchema(stepKinds)],
  ['library.schema.json', libraryJsonSchema(stepKinds)],
])('pipelines/%s, which editors read, is current', async (name, current) => {
  const file = path.join(pipelines, name);
  const style = await resolveConfig(file, { editorconfig: false });
  const text = await format(JSON.stringify(current), { ...style, parser: 'json' });
  await expect(text).toMatchFileSnapshot(file);
});

test('every file of the pipelines tells editors its schema: a study that of studies, a file of graphs that of graphs', () => {
  const files = readdirSync(pipelines, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.yaml'));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const text = readFileSync(path.join(pipelines, file), 'utf8');
    const named = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1] ?? '';
    const wanted = /^study:/m.test(text) ? 'study.schema.json' : 'library.schema.json';
    expect([file, path.join(path.dirname(file), named)]).toEqual([file, wanted]);
  }
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

test.each([
  ['studies', schema],
  ['files of graphs', libraryJsonSchema(testKinds)],
])('every reference in the schema of %s leads somewhere', (_, each) => {
  const references = [...JSON.stringify(each).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map(([, name]) => name!);
  expect([...new Set(references)].sort()).toEqual(Object.keys(each['definitions'] as object).sort());
});

test('the keys of the schemas are those of the documents', () => {
  expect(Object.keys(schema.properties!).sort()).toEqual(Object.keys(studySchema.shape).sort());
  expect(Object.keys(libraryJsonSchema(testKinds).properties!)).toEqual(Object.keys(librarySchema.shape));
});
