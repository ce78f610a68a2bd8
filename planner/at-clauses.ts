/** `at` applied to an input: which axes of its source it fixes, and which rows of a table it chooses. */
import { canonicalJson } from '../schemas/json.ts';
import type { Axis } from './axis.ts';
import { evaluateConstant } from './compile-term.ts';
import type { AtClause, FlatInput } from './flat-step.ts';
import { remedyFor, suggestion } from './nearest-name.ts';
import { valueLocation } from './place.ts';
import type { Planning } from './planning.ts';
import type { ShapedStep } from './shaped-step.ts';
import { columnsOf } from './table-columns.ts';
import { isConstant } from './term.ts';

export interface AtSplit {
  /** Axes of the source that are left. */
  readonly remaining: readonly Axis[];
  readonly fixed: readonly AtClause[];
  readonly selected: readonly AtClause[];
}

/** Clauses apply from the output outwards; each that does is noted in `effective`. */
export function splitAt(input: FlatInput, source: ShapedStep, effective: Set<AtClause>, planning: Planning): AtSplit {
  let remaining = source.axes;
  const fixed: AtClause[] = [];
  const selected: AtClause[] = [];
  const { columns, isOpen } = columnsOf(source, input.source.output);
  for (const clause of input.source.at) {
    const { axis } = clause;
    const isColumn = columns.has(axis.name) || (isOpen && clause.isOfInput);
    if (remaining.includes(axis)) {
      remaining = remaining.filter(other => other !== axis);
      fixed.push(clause);
    } else if (isColumn && !source.axes.includes(axis) && !selected.some(other => other.axis === axis))
      selected.push(clause);
    else continue;
    effective.add(clause);
    checkValue(clause, planning);
  }
  return { remaining, fixed, selected };
}

/** A plain value must be on its axis; others are looked at cell by cell. */
function checkValue({ axis, term, place }: AtClause, { list }: Planning): void {
  const value = isConstant(term) ? evaluateConstant(term, list) : undefined;
  if (value === undefined) return;
  if (typeof value !== 'object' && axis.positions.has(value)) return;
  const names = axis.values.map(String);
  const text = typeof value === 'string' ? value : canonicalJson(value);
  const isOtherType = names.includes(text);
  const found = isOtherType
    ? `it has \`${text}\`, ${typeof value === 'string' ? 'but not as text' : 'but as text'}.`
    : suggestion(text, names, 'value');
  list.add({
    reason: 'bad-at',
    location: valueLocation(place),
    message: `The axis \`${axis.name}\` has no value ${canonicalJson(value)}; ${found}`,
    remedy: isOtherType
      ? `Write it as the axis does: ${typeof value === 'string' ? 'without quotes' : 'in quotes'}.`
      : remedyFor(text, names, 'Name a value of the axis.'),
    related: [{ location: valueLocation(axis.place), note: 'the axis' }],
  });
}
