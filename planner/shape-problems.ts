/** What zod says of a value, in sentences that name the key, what was found, what is allowed and the nearest name. */
import type { z } from 'zod';
import type { Json } from '../schemas/json.ts';
import type { DiagnosticReason } from './diagnostic-codes.ts';
import { type JsonSchema, describeSchemas, keysOf, schemasAt } from './json-schema.ts';
import { describeValue, labelOf } from './describe-value.ts';
import { nearestName, suggestion } from './nearest-name.ts';
import { exampleRemedy, nameRemedy, shapeRemedy } from './shape-remedies.ts';
import type { SourcePath } from './source-node.ts';

export interface ShapeProblem {
  readonly reason: DiagnosticReason;
  readonly path: SourcePath;
  /** Whether the key or the value at the path is at fault. */
  readonly on: 'key' | 'value';
  readonly message: string;
  readonly remedy: string;
  /** The key that is missing, and the known key that an unknown one resembles: each other's explanation. */
  readonly missing?: string;
  readonly resembles?: string | undefined;
}

type Issue = z.core.$ZodIssue;

interface Checked {
  readonly schema: JsonSchema;
  readonly value: Json;
}

/** The problems of a value that a schema refused, each told once. */
export function shapeProblems(issues: readonly Issue[], checked: Checked, path: SourcePath = []): ShapeProblem[] {
  return withoutEchoes(issues.flatMap(issue => problemsOf(issue, checked, [...path, ...issue.path.map(asStep)])));
}

/** A misspelt key is also a missing one; told once, as the misspelling. */
function withoutEchoes(problems: readonly ShapeProblem[]): ShapeProblem[] {
  return problems.filter(
    ({ missing, path }) =>
      missing === undefined ||
      !problems.some(other => other.resembles === missing && samePath(other.path.slice(0, -1), path)),
  );
}

function problemsOf(issue: Issue, checked: Checked, path: SourcePath): ShapeProblem[] {
  if (isAbsent(checked.value, path)) return [missingKey(checked, path)];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => unknownKey(key, checked, path));
    case 'invalid_union':
      return unionProblems(issue, checked, path);
    case 'invalid_key': {
      const message = issue.issues[0]?.message ?? 'cannot be used';
      const name = String(path.at(-1));
      return [
        {
          reason: 'bad-name',
          path,
          on: 'key',
          message: `The name \`${name}\` ${message}.`,
          remedy: nameRemedy(name),
        },
      ];
    }
    case 'too_big':
      if (issue.origin !== 'string') return [wrongValue(issue, checked, path)];
      return [customProblem(`must have at most ${issue.maximum} characters`, path, 'Shorten it.')];
    case 'custom':
      return [customProblem(issue.message, path, issue.params?.['remedy'])];
    case 'invalid_format': {
      const schemas = schemasAt(checked.schema, path);
      return [
        schemas.length > 1
          ? wrongValue(issue, checked, path)
          : customProblem(issue.message, path, exampleRemedy(schemas)),
      ];
    }
    default:
      return [wrongValue(issue, checked, path)];
  }
}

function unknownKey(key: string, { schema }: Checked, path: SourcePath): ShapeProblem {
  const schemas = schemasAt(schema, path);
  const keys = keysOf(schemas);
  const noun =
    schemas.find(each => each.title !== undefined)?.title ?? (path.length === 0 ? 'this map' : labelOf(path));
  const resembles = nearestName(key, keys);
  return {
    reason: 'unknown-key',
    path: [...path, key],
    on: 'key',
    message: `\`${key}\` is no key of ${noun}; ${suggestion(key, keys, 'key')}`,
    remedy: resembles === undefined ? `Remove it.` : `Write \`${resembles}\`.`,
    resembles,
  };
}

function missingKey({ schema }: Checked, path: SourcePath): ShapeProblem {
  const key = String(path.at(-1));
  const schemas = schemasAt(schema, path);
  const meaning = schemas.find(each => each.description !== undefined)?.description ?? describeSchemas(schemas);
  const around = path.slice(0, -1);
  return {
    reason: 'missing-key',
    path: around,
    on: 'key',
    message: `${around.length === 0 ? 'The file' : capitalised(labelOf(around))} lacks \`${key}\`.`,
    remedy: `Add \`${key}:\` (${meaning}).`,
    missing: key,
  };
}

function wrongValue(issue: Issue, { schema, value }: Checked, path: SourcePath): ShapeProblem {
  const schemas = schemasAt(schema, path);
  const found = valueAt(value, path);
  const allowed = schemas.flatMap(each => each.enum ?? []).map(String);
  const nearest = typeof found === 'string' ? nearestName(found, allowed) : undefined;
  const expected = describeSchemas(schemas);
  const isType = issue.code === 'invalid_type';
  return {
    reason: isType ? 'wrong-type' : 'wrong-value',
    path,
    on: 'value',
    message: `${capitalised(labelOf(path))} must be ${expected}; it is ${describeValue(found)}.`,
    remedy: nearest === undefined ? shapeRemedy(schemas, found) : `Write \`${nearest}\`.`,
  };
}

/** Of the forms that a value may have, the one it comes nearest to; where that is unclear, all of them. */
function unionProblems(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  checked: Checked,
  path: SourcePath,
): ShapeProblem[] {
  const found = valueAt(checked.value, path);
  const forms = issue.errors
    .filter(issues => !issues.some(each => isOtherForm(each, found)))
    .map(issues => shapeProblems(issues, checked, path));
  const fewest = Math.min(...forms.map(problems => problems.length));
  const nearest = forms.filter(problems => problems.length === fewest);
  if (nearest.length === 1 && nearest[0] !== undefined) return nearest[0];
  const expected = issue.message.startsWith('must ')
    ? issue.message
    : `must be ${describeSchemas(schemasAt(checked.schema, path))}`;
  return [
    {
      reason: 'wrong-type',
      path,
      on: 'value',
      message: `${capitalised(labelOf(path))} ${expected}; it is ${describeValue(found)}.`,
      remedy: 'Write one of these forms.',
    },
  ];
}

/** Whether an issue says that the value as a whole has another form: another type, or none of the allowed words. */
function isOtherForm(issue: Issue, found: Json | undefined): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union')
    return issue.errors.every(issues => issues.some(each => isOtherForm(each, found)));
  if (issue.code === 'invalid_type') return true;
  return (issue.code === 'invalid_value' || issue.code === 'invalid_format') && typeof found !== 'object';
}

/** A rule of a schema in its own words: a predicate (`must …`), or a sentence. */
function customProblem(rule: string, path: SourcePath, remedy: unknown): ShapeProblem {
  const label = path.length === 0 ? 'This' : capitalised(labelOf(path));
  return {
    reason: 'wrong-value',
    path,
    on: 'value',
    message: `${rule.startsWith('must ') ? `${label} ${rule}` : `${label}: ${rule}`}.`,
    remedy: typeof remedy === 'string' ? remedy : 'Change it so that this holds.',
  };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isAbsent(value: Json, path: SourcePath): boolean {
  return path.length > 0 && typeof path.at(-1) === 'string' && valueAt(value, path) === undefined;
}

function valueAt(value: Json, path: SourcePath): Json | undefined {
  return path.reduce<Json | undefined>((found, step) => {
    if (typeof found !== 'object' || found === null) return undefined;
    return Object.entries(found).find(([key]) => key === String(step))?.[1];
  }, value);
}

function asStep(step: PropertyKey): string | number {
  return typeof step === 'symbol' ? String(step) : step;
}

function samePath(a: SourcePath, b: SourcePath): boolean {
  return a.length === b.length && a.every((step, index) => step === b[index]);
}
