/** Terms: values that a study writes, some of which vary with axes. Each is compiled once and evaluated per cell. */
import type { Location } from '../schemas/diagnostic.ts';
import type { Json } from '../schemas/json.ts';
import { type Axis, type Position, placeNumber, unionOfAxes, valueAt } from './axis.ts';
import { type CelType, celTypeOf } from './cel-value.ts';
import type { DiagnosticReason } from './diagnostic-codes.ts';
import type { Expression } from './expression.ts';
import { ExpressionProblem } from './expression-problem.ts';
import type { Place } from './place.ts';

export interface Term {
  /** Axes with which its value varies, in the order of the study. */
  readonly axes: readonly Axis[];
  /** False where it depends on something that has no value here: a graph's parameter before a use of it, a broken param. */
  readonly known: boolean;
  readonly type: CelType;
  /** Its value; a `ValueProblem` where an expression fails. */
  readonly evaluate: (position: Position) => Json;
  /** It depends on more than axes (what an attempt before had), so its value is never remembered. */
  readonly isVolatile?: boolean;
}

/** A term and where it stands. */
export interface PlacedTerm {
  readonly place: Place;
  readonly term: Term;
}

/** A value cannot be had at some place of the axes: an expression fails there, or gives what does not fit. */
export class ValueProblem extends Error {
  override readonly name = 'ValueProblem';
  readonly reason: DiagnosticReason;
  readonly remedy: string;
  readonly location: Location;

  constructor(problem: { reason: DiagnosticReason; message: string; remedy: string; location: Location }) {
    super(problem.message);
    this.reason = problem.reason;
    this.remedy = problem.remedy;
    this.location = problem.location;
  }
}

export function constantTerm(value: Json): Term {
  return { axes: [], known: true, type: celTypeOf([value]), evaluate: () => value };
}

/** Something whose value is not known here. */
export function unknownTerm(type: CelType): Term {
  return {
    axes: [],
    known: false,
    type,
    evaluate: () => {
      throw new Error('internal: a term without a value was evaluated');
    },
  };
}

export function axisTerm(axis: Axis): Term {
  return { axes: [axis], known: true, type: axis.type, evaluate: position => valueAt(axis, position) };
}

/** What names stand for in expressions. */
export type Scope = ReadonlyMap<string, Term>;

/** The value of an expression, its variables taken from a scope; `location` is asked where it fails. */
export function expressionTerm(expression: Expression, scope: Scope, location: () => Location): Term {
  const terms = new Map(expression.variables.map(name => [name, termIn(scope, name)]));
  return combined([...terms.values()], expression.type, position => {
    try {
      return expression.evaluate(name => termIn(terms, name).evaluate(position));
    } catch (error) {
      if (!(error instanceof ExpressionProblem)) throw error;
      throw new ValueProblem({
        reason: error.reason,
        message: error.message,
        remedy: error.remedy,
        location: location(),
      });
    }
  });
}

/** A value made of the values of other terms, remembered for every combination of axis values it varies with. */
export function combined(parts: readonly Term[], type: CelType, evaluate: (position: Position) => Json): Term {
  const axes = unionOfAxes(parts.map(part => part.axes));
  const known = parts.every(part => part.known);
  if (parts.some(part => part.isVolatile === true)) return { axes, known, type, evaluate, isVolatile: true };
  const values = new Map<number, Json>();
  return {
    axes,
    known,
    type,
    evaluate: position => {
      const place = placeNumber(axes, position);
      const remembered = values.get(place);
      if (remembered !== undefined) return remembered;
      const value = evaluate(position);
      values.set(place, value);
      return value;
    },
  };
}

/** Whether its value can be had at once: it is known, and the same everywhere. */
export function isConstant(term: Term): boolean {
  return term.known && term.axes.length === 0;
}

const nowhere = new Int32Array(0);

/** The value of a constant term. */
export function constantValue(term: Term): Json {
  if (!isConstant(term)) throw new Error('internal: this term is not constant');
  return term.evaluate(nowhere);
}

function termIn(scope: Scope, name: string): Term {
  const term = scope.get(name);
  if (term === undefined) throw new Error(`internal: an expression without the variable ${name}`);
  return term;
}
