/** Values as written → terms: texts with `${…}` become expressions, at any depth of lists and maps. */
import type { Json } from '../schemas/json.ts';
import { celTypeOf, isList } from './cel-value.ts';
import type { DiagnosticList } from './diagnostic-list.ts';
import type { ExpressionCompiler, VariableTypes } from './expression.ts';
import { ExpressionProblem } from './expression-problem.ts';
import { type Place, below, valueLocation } from './place.ts';
import { type TemplatePiece, UnclosedExpression, parseTemplate } from './template.ts';
import { type Scope, type Term, ValueProblem, combined, constantTerm, constantValue, expressionTerm } from './term.ts';

export interface TermContext {
  readonly scope: Scope;
  readonly compile: ExpressionCompiler;
  readonly list: DiagnosticList;
  /** Of a graph: names of the study that its expressions cannot see. */
  readonly hidden?: ReadonlySet<string>;
}

/** The term of a value; undefined where problems were listed instead. */
export function compileTerm(value: Json, place: Place, context: TermContext): Term | undefined {
  if (typeof value === 'string') return compileText(value, place, context);
  if (isList(value)) {
    const items = value.map((item, index) => compileTerm(item, below(place, index), context));
    return compose(items, terms => {
      const type = celTypeOf(value.length > 0 && terms.every(term => term.axes.length === 0) ? [value] : []);
      return combined(terms, type, position => terms.map(term => term.evaluate(position)));
    });
  }
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    const members = keys.map(key => compileTerm(value[key] ?? null, below(place, key), context));
    return compose(members, terms =>
      combined(terms, 'dyn', position =>
        Object.fromEntries(keys.map((key, index) => [key, terms[index]?.evaluate(position) ?? null])),
      ),
    );
  }
  return constantTerm(value);
}

/** The term of a text that is one expression as a whole, with or without `${…}` around it. */
export function compileBareExpression(text: string, place: Place, context: TermContext): Term | undefined {
  const pieces = template(text, place, context.list);
  if (pieces === undefined) return undefined;
  const only = pieces.length === 1 ? pieces[0] : undefined;
  if (only?.kind === 'expression') return compileExpression(only, place, context);
  return compileExpression({ text, start: 0 }, place, context);
}

/** The value of a constant term; undefined where its evaluation fails, which is listed. */
export function evaluateConstant(term: Term, list: DiagnosticList): Json | undefined {
  try {
    return constantValue(term);
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    list.add(error);
    return undefined;
  }
}

function compileText(text: string, place: Place, context: TermContext): Term | undefined {
  const pieces = template(text, place, context.list);
  if (pieces === undefined) return undefined;
  const terms = pieces.map(piece =>
    piece.kind === 'text' ? constantTerm(piece.text) : compileExpression(piece, place, context),
  );
  if (terms.length === 1) return terms[0];
  return compose(terms, parts =>
    combined(parts, 'string', position => parts.map(part => interpolated(part.evaluate(position), place)).join('')),
  );
}

function template(text: string, place: Place, list: DiagnosticList): readonly TemplatePiece[] | undefined {
  try {
    return parseTemplate(text);
  } catch (error) {
    if (!(error instanceof UnclosedExpression)) throw error;
    const location = valueLocation(place, { start: error.start, end: error.start + 2 });
    list.add({
      reason: 'expression-syntax',
      location,
      message: error.message,
      remedy: 'Close it with `}`, or write `$${` for a plain `${`.',
    });
    return undefined;
  }
}

function compileExpression(
  piece: { readonly text: string; readonly start: number },
  place: Place,
  context: TermContext,
): Term | undefined {
  const { scope, compile, list, hidden } = context;
  const within = { start: piece.start, end: piece.start + piece.text.length };
  try {
    return expressionTerm(compile(piece.text, typesOf(scope)), scope, () => valueLocation(place, within));
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error;
    const { reason, message, remedy, range, unknown } = error;
    const at = range === undefined ? within : { start: piece.start + range.start, end: piece.start + range.end };
    const isHidden = unknown !== undefined && hidden?.has(unknown) === true;
    list.add({ reason, location: valueLocation(place, at), message, remedy: isHidden ? handIn(unknown) : remedy });
    return undefined;
  }
}

function handIn(name: string): string {
  return `A graph sees only its own parameters: declare one in its \`with:\`, and give it \`"\${${name}}"\` where the graph is used.`;
}

const types = new WeakMap<Scope, VariableTypes>();

function typesOf(scope: Scope): VariableTypes {
  const known = types.get(scope) ?? new Map([...scope].map(([name, term]) => [name, term.type]));
  types.set(scope, known);
  return known;
}

function interpolated(value: Json, place: Place): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const message = `Inside a text an expression must give text, a number or a truth value; this gives ${value === null ? 'null' : 'a list or a map'}.`;
  throw new ValueProblem({
    reason: 'expression-type',
    message,
    remedy: 'Let the expression make the whole value.',
    location: valueLocation(place),
  });
}

/** What is made of all parts, unless one of them could not be compiled. */
function compose(parts: readonly (Term | undefined)[], make: (terms: readonly Term[]) => Term): Term | undefined {
  const terms = parts.flatMap(part => (part === undefined ? [] : [part]));
  return terms.length === parts.length ? make(terms) : undefined;
}
