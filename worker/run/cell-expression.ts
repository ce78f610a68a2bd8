/** `--cells EXPR`: a CEL expression over a cell's step, axes, state and class, as a yes or no for each cell. */
import { celTypeOf } from '../../planner/cel-value.ts';
import { expressionCompiler } from '../../planner/expression.ts';
import { ExpressionProblem } from '../../planner/expression-problem.ts';
import type { FailureClass } from '../../schemas/failure.ts';
import type { Json } from '../../schemas/json.ts';
import { type Coordinates, type PlanHead, cellName } from '../../schemas/plan.ts';
import { UsageError } from '../cli/exit-codes.ts';

export interface DescribedCell {
  readonly step: string;
  readonly at: Coordinates;
  readonly state: string;
  readonly class?: FailureClass | undefined;
}

/**
 * A cell that has not got an axis which is compared, or no class because it did not fail, does not match (`||` may
 * still save it). A `UsageError` where the expression is wrong.
 */
export function cellExpression(text: string, axes: PlanHead['axes']): (cell: DescribedCell) => boolean {
  const own = { step: 'string', state: 'string', class: 'string' };
  const types = new Map(Object.entries({ ...typesOf(axes), ...own }));
  const expression = sayingWhere(text, () => expressionCompiler()(text, types));
  if (expression.type !== 'bool' && expression.type !== 'dyn')
    throw wrong(text, `It gives ${expression.type}, not true or false.`, 'Compare, as in `subset < 10`.');
  return cell => {
    const values: { readonly [variable: string]: Json | undefined } = { ...cell.at, ...described(cell) };
    const isWhole = expression.variables.every(name => values[name] !== undefined);
    try {
      return expression.evaluate(name => values[name] ?? null) === true;
    } catch (error) {
      if (!isWhole && error instanceof ExpressionProblem) return false;
      return sayingWhere(`${text} for ${cellName(cell.step, cell.at)}`, () => {
        throw error;
      });
    }
  };
}

function described({ step, state, class: failure }: DescribedCell) {
  return { step, state, class: failure };
}

function typesOf(axes: PlanHead['axes']): { readonly [axis: string]: string } {
  return Object.fromEntries(Object.entries(axes).map(([axis, values]) => [axis, celTypeOf(values)]));
}

function sayingWhere<Result>(text: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof ExpressionProblem) throw wrong(text, error.message, error.remedy);
    throw error;
  }
}

function wrong(text: string, message: string, remedy: string): UsageError {
  return new UsageError(
    `--cells ${text}: ${message} ${remedy}\nIt is a CEL expression over step, state, class and the study's axes, as in 'step == "retrain.em" && subset < 10'`,
  );
}
