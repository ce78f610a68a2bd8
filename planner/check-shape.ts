/**
 * A document → what its schema makes of it. Where parts have another shape every such place is listed, and the parts
 * are left out, so that they hide nothing that is wrong elsewhere.
 */
import type { z } from 'zod';
import type { Json } from '../schemas/json.ts';
import { isList } from './cel-value.ts';
import type { DiagnosticList } from './diagnostic-list.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { keyLocation, valueLocation } from './place.ts';
import { shapeProblems } from './shape-problems.ts';
import { type SourceDocument, type SourcePath, plainValue } from './source-node.ts';

export interface Shaped<Value> {
  readonly value: Value;
  /** Whether the part at a path was left out: a step, a graph, an axis, … */
  readonly isLeftOut: (...path: SourcePath) => boolean;
}

type Issue = z.core.$ZodIssue;

/** Sections whose entries stand for themselves. */
const sections = new Set(['params', 'axes', 'graphs', 'steps', 'gates']);

/** What stands in for required parts that are missing, so that the rest can be checked. */
const placeholders: { readonly [key: string]: Json } = { study: 'study', steps: {}, graphs: {} };

/** Undefined where nothing is left. */
export function checkShape<Schema extends z.ZodType>(
  schema: Schema,
  document: SourceDocument,
  list: DiagnosticList,
): Shaped<z.output<Schema>> | undefined {
  const leftOut = new Set<string>();
  let value = plainValue(document.root);
  // What is left after the first round may be refused again only as a whole (an entry of an entry): three rounds suffice.
  for (let round = 0; round < 3; round++) {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { value: parsed.data, isLeftOut: (...path) => leftOut.has(path.join('/')) };
    report(parsed.error.issues, schema, { document, value, list });
    for (const unit of parsed.error.issues.flatMap(unitsOf)) {
      if (unit.length === 0) return undefined;
      leftOut.add(unit.join('/'));
      value = without(value, unit);
    }
  }
  return undefined;
}

interface Refused {
  readonly document: SourceDocument;
  readonly value: Json;
  readonly list: DiagnosticList;
}

function report(issues: readonly Issue[], schema: z.ZodType, { document, value, list }: Refused): void {
  for (const { path, on, ...problem } of shapeProblems(issues, { schema: jsonSchemaOf(schema), value })) {
    const place = { document, path };
    const location = on === 'key' ? keyLocation(place) : valueLocation(place);
    list.add({ reason: problem.reason, location, message: problem.message, remedy: problem.remedy });
  }
}

/** The smallest parts that can be left out for an issue. */
function unitsOf(issue: Issue): SourcePath[] {
  const path = issue.path.map(step => (typeof step === 'symbol' ? String(step) : step));
  if (path.length === 0 && issue.code === 'unrecognized_keys') return issue.keys.map(key => [key]);
  if (path[0] === 'graphs' && path[2] === 'steps' && path.length > 3) return [path.slice(0, 4)];
  return [path.slice(0, sections.has(String(path[0])) ? 2 : 1)];
}

function without(value: Json, [key, ...rest]: SourcePath): Json {
  if (typeof value !== 'object' || value === null || isList(value)) return value;
  const name = String(key);
  const others = Object.entries(value).filter(([other]) => other !== name);
  const inner = Object.entries(value).find(([other]) => other === name)?.[1];
  const kept = rest.length > 0 && inner !== undefined ? without(inner, rest) : placeholders[name];
  return Object.fromEntries(kept === undefined ? others : [...others, [name, kept]]);
}
