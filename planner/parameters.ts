/** Parameters of steps: compiled, and checked against the kind's schema as early as their values are known. */
import type { z } from 'zod';
import { type Json, jsonSchema } from '../schemas/json.ts';
import type { StepKind } from '../schemas/step-kind.ts';
import { type TermContext, compileTerm, evaluateConstant } from './compile-term.ts';
import type { DiagnosticList } from './diagnostic-list.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { listNames, meantNames, remedyFor, suggestion } from './nearest-name.ts';
import { type Place, below, keyLocation, valueLocation } from './place.ts';
import { type ShapeProblem, shapeProblems } from './shape-problems.ts';
import { type PlacedTerm, constantValue, isConstant } from './term.ts';

type Written = { readonly [parameter: string]: Json };

/** Terms of the parameters of a step at a place. Names, missing ones and plain values are checked here. */
export function readParameters(
  kind: StepKind,
  written: Written,
  place: Place,
  context: TermContext,
): ReadonlyMap<string, PlacedTerm> {
  const terms = new Map<string, PlacedTerm>();
  const names = Object.keys(kind.with.shape);
  const before = context.list.reported();
  for (const [name, value] of Object.entries(written)) {
    const at = below(place, 'with', name);
    if (!names.includes(name)) {
      const message = `\`${kind.kind}\` has no parameter \`${name}\`; ${suggestion(name, names, 'parameter')}`;
      context.list.add({
        reason: 'unknown-parameter',
        location: keyLocation(at),
        message,
        remedy: remedyFor(name, names, 'Remove it.'),
      });
    } else {
      const term = compileTerm(value, at, context);
      if (term !== undefined) terms.set(name, { place: at, term });
    }
  }
  const meant = meantNames(Object.keys(written), names);
  const absent = names.filter(name => !Object.hasOwn(written, name) && !meant.has(name));
  addMissing(
    kind,
    absent.filter(name => !fieldOf(kind, name).safeParse(undefined).success),
    place,
    context.list,
  );
  checkConstants(kind, terms, place, context.list);
  const isComplete = context.list.reported() === before;
  if (isComplete && [...terms.values()].every(({ term }) => isConstant(term))) {
    const values = Object.fromEntries([...terms].map(([name, { term }]) => [name, constantValue(term)]));
    for (const problem of parameterProblems(kind, values)) addProblem(problem, place, context.list);
  }
  return terms;
}

/** What the kind's schema makes of parameters (defaults filled in), or what is wrong with them. */
export function checkParameters(
  kind: StepKind,
  values: Written,
): { readonly with: Written } | { readonly problems: readonly ShapeProblem[] } {
  const parsed = kind.with.safeParse(values);
  if (!parsed.success) return { problems: problemsOf(kind.with, parsed.error.issues, values) };
  const present = Object.entries(parsed.data).filter(([, value]) => value !== undefined);
  return { with: Object.fromEntries(present.map(([name, value]) => [name, jsonSchema.parse(value)])) };
}

/** Lists a problem of parameters with its place below the `with` of a step. */
export function addProblem(problem: ShapeProblem, place: Place, list: DiagnosticList, cell?: string): void {
  const at = below(place, 'with', ...problem.path);
  list.add({
    reason: problem.reason === 'missing-key' ? 'missing-parameter' : 'bad-parameter',
    location: problem.on === 'key' ? keyLocation(at) : valueLocation(at),
    message: cell === undefined ? problem.message : `${problem.message} That is at the cell \`${cell}\`.`,
    remedy: problem.remedy,
  });
}

function parameterProblems(kind: StepKind, values: Written): readonly ShapeProblem[] {
  const checked = checkParameters(kind, values);
  return 'problems' in checked ? checked.problems : [];
}

function addMissing(kind: StepKind, names: readonly string[], place: Place, list: DiagnosticList): void {
  const [first, ...others] = names;
  if (first === undefined) return;
  const meanings = names.map(name => {
    const { description } = fieldOf(kind, name);
    return `\`${name}: …\`${description === undefined ? '' : ` (${description})`}`;
  });
  list.add({
    reason: 'missing-parameter',
    location: keyLocation(below(place, 'with')),
    message: `\`${kind.kind}\` needs the ${others.length === 0 ? 'parameter' : 'parameters'} ${listNames(names)}.`,
    remedy: `Add ${meanings.join(', ')} to \`with:\`.`,
  });
}

/** Values that do not vary are checked one by one, whatever the others are. */
function checkConstants(
  kind: StepKind,
  terms: ReadonlyMap<string, PlacedTerm>,
  place: Place,
  list: DiagnosticList,
): void {
  for (const [name, { term }] of terms) {
    if (!isConstant(term)) continue;
    const value = evaluateConstant(term, list);
    if (value === undefined) continue;
    const parsed = fieldOf(kind, name).safeParse(value);
    if (parsed.success) continue;
    const issues = parsed.error.issues.map(issue => ({ ...issue, path: [name, ...issue.path] }));
    for (const problem of problemsOf(kind.with, issues, { [name]: value })) addProblem(problem, place, list);
  }
}

function problemsOf(schema: z.ZodObject, issues: readonly z.core.$ZodIssue[], value: Json): ShapeProblem[] {
  return shapeProblems(issues, { schema: jsonSchemaOf(schema), value });
}

function fieldOf(kind: StepKind, name: string): z.ZodType {
  const field: unknown = kind.with.shape[name];
  if (!isSchema(field)) throw new Error(`internal: ${kind.kind} has no parameter ${name}`);
  return field;
}

function isSchema(field: unknown): field is z.ZodType {
  return typeof field === 'object' && field !== null && 'safeParse' in field;
}
