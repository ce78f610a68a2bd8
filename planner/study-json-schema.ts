/** The JSON Schemas of studies and of imported files for editors: made from the zod sources, completed per step kind. */
import { librarySchema, studySchema, stepSchema } from '../schemas/study.ts';
import type { Registry } from '../schemas/steps/registry.ts';
import { type StepKind, outputPorts } from '../schemas/step-kind.ts';
import { type JsonSchema, jsonSchemaOf } from './json-schema.ts';
import { sectionKinds } from './unknown-use.ts';

/** Of a study. Draft 7, which the YAML language server reads best. Where a value may stand, an expression may too. */
export function studyJsonSchema(registry: Registry): JsonSchema {
  const schema = jsonSchemaOf(studySchema);
  return completed(schema, registry, { steps: withSteps(schema), graphs: withGraphs(schema) }, 'Espalier study');
}

/** Of a file of graphs, which studies import. */
export function libraryJsonSchema(registry: Registry): JsonSchema {
  const schema = jsonSchemaOf(librarySchema);
  return completed(schema, registry, { graphs: withGraphs(schema) }, 'Espalier graphs');
}

function completed(
  schema: JsonSchema,
  registry: Registry,
  sections: { readonly [key: string]: JsonSchema },
  title: string,
): JsonSchema {
  const kinds = [...registry.values()].filter(({ kind }) => !sectionKinds.has(kind));
  return {
    ...schema,
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    properties: { ...schema.properties, ...sections },
    definitions: {
      input: objectIn(section(jsonSchemaOf(stepSchema), 'in').additionalProperties),
      step: stepDefinition(kinds),
    },
  };
}

/** The `steps` of a study or of a graph. */
function withSteps(schema: JsonSchema): JsonSchema {
  return { ...section(schema, 'steps'), additionalProperties: { $ref: '#/definitions/step' } };
}

function withGraphs(schema: JsonSchema): JsonSchema {
  const graphs = section(schema, 'graphs');
  const graph = objectIn(graphs.additionalProperties);
  return {
    ...graphs,
    additionalProperties: { ...graph, properties: { ...graph.properties, steps: withSteps(graph) } },
  };
}

function section({ properties }: JsonSchema, key: string): JsonSchema {
  return objectIn(properties?.[key]);
}

function objectIn(schema: JsonSchema | boolean | undefined): JsonSchema {
  if (typeof schema !== 'object') throw new Error('internal: the schema of studies has another shape');
  return schema;
}

function stepDefinition(kinds: readonly StepKind[]): JsonSchema {
  const { $schema: _, ...step } = jsonSchemaOf(stepSchema);
  const use: JsonSchema = {
    description: 'a step kind, or `graph/name`',
    anyOf: [
      ...kinds.map(({ kind, summary }) => ({ const: kind, description: summary })),
      { type: 'string', pattern: '^graph/[a-zA-Z][a-zA-Z0-9_-]*$' },
    ],
  };
  return { ...step, properties: { ...step.properties, use }, allOf: kinds.map(kind => kindCase(kind, step)) };
}

/** What `use: kind` says of the step's other keys. */
function kindCase(kind: StepKind, step: JsonSchema): JsonSchema {
  const { $schema: _, ...parameters } = jsonSchemaOf(kind.with);
  const ports = Object.entries(kind.in);
  const needed = ports.filter(([port, { optional }]) => port !== '*' && optional !== true).map(([port]) => port);
  const seed = objectIn(objectIn(step.properties?.['seed']).additionalProperties);
  const kept = Object.values(outputPorts(kind)).flatMap(port => port.kept ?? []);
  const required = [...(needed.length > 0 ? ['in'] : []), ...((parameters.required ?? []).length > 0 ? ['with'] : [])];
  const conclusion: JsonSchema = {
    properties: {
      with: withExpressions(parameters, true),
      in: {
        type: 'object',
        properties: Object.fromEntries(
          ports
            .filter(([port]) => port !== '*')
            .map(([port, { summary }]) => [port, { description: summary, allOf: [{ $ref: '#/definitions/input' }] }]),
        ),
        required: needed,
        additionalProperties: ports.some(([port]) => port === '*') ? { $ref: '#/definitions/input' } : false,
      },
      seed: {
        type: 'object',
        properties: Object.fromEntries(kind.seeds.map(name => [name, seed])),
        additionalProperties: kind.seeds.length === 1 || kind.ownSeeds === true ? seed : false,
      },
      ...(kept.length === 0 ? {} : { keep: { anyOf: [{ enum: kept }, { type: 'array', items: { enum: kept } }] } }),
    },
    ...(required.length === 0 ? {} : { required }),
  };
  // `then` is JSON Schema's keyword here; nothing awaits a schema.
  // oxlint-disable-next-line unicorn/no-thenable
  return { if: { properties: { use: { const: kind.kind } }, required: ['use'] }, then: conclusion };
}

const expression: JsonSchema = {
  type: 'string',
  pattern: String.raw`\$\{`,
  description: 'an expression, as in "${d_model}"',
};

/** A schema that takes expressions wherever it takes values; of the outermost map only inside. */
function withExpressions(schema: JsonSchema, isOutermost = false): JsonSchema {
  const inner = mapChildren(schema, child => withExpressions(child));
  const isText = schema.type === 'string' && schema.enum === undefined && schema.pattern === undefined;
  if (isOutermost || isText || schema.anyOf !== undefined || Object.keys(schema).length === 0) {
    return schema.anyOf === undefined || isOutermost
      ? inner
      : { ...inner, anyOf: [...(inner.anyOf ?? []), expression] };
  }
  const { description, default: fallback, title, ...value } = inner;
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [value, expression],
  };
}

function mapChildren(schema: JsonSchema, change: (child: JsonSchema) => JsonSchema): JsonSchema {
  const { properties, items, additionalProperties, anyOf, ...own } = schema;
  const changed = (child: JsonSchema | boolean) => (typeof child === 'boolean' ? child : change(child));
  const mapped: JsonSchema = own;
  if (properties !== undefined) {
    mapped.properties = Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, changed(child)]));
  }
  if (items !== undefined)
    mapped.items = Array.isArray(items) ? items.map(item => objectIn(changed(item))) : changed(items);
  if (additionalProperties !== undefined) mapped.additionalProperties = changed(additionalProperties);
  if (anyOf !== undefined) mapped.anyOf = anyOf.map(option => objectIn(changed(option)));
  return mapped;
}
