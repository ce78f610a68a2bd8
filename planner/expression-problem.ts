/** What is wrong with an expression, from the CEL library's findings to sentences. */
import type { DiagnosticReason } from './diagnostic-codes.ts';
import { nearestName, suggestion } from './nearest-name.ts';
import type { SourceRange } from './source-node.ts';

export class ExpressionProblem extends Error {
  override readonly name = 'ExpressionProblem';
  readonly reason: DiagnosticReason;
  readonly remedy: string;
  /** The name that nothing here has, where that is the problem. */
  readonly unknown: string | undefined;
  /** The piece of the expression at fault, where the library knows it. */
  readonly range: SourceRange | undefined;

  constructor(problem: ProblemParts) {
    super(problem.message);
    this.reason = problem.reason;
    this.remedy = problem.remedy;
    this.range = problem.range;
    this.unknown = problem.unknown;
  }
}

interface ProblemParts {
  readonly reason: DiagnosticReason;
  readonly message: string;
  readonly remedy: string;
  readonly range?: SourceRange | undefined;
  readonly unknown?: string;
}

/** An error of the library: its code and sentence, and when it came up. */
export interface Failure {
  readonly stage: 'reading' | 'checking' | 'evaluation';
  readonly code: string;
  readonly summary: string;
  readonly range: SourceRange | undefined;
}

export function describeFailure(failure: Failure, variables: readonly string[]): ExpressionProblem {
  const { stage, code, summary, range } = failure;
  if (code === 'unknown_variable') return unknownVariable(summary.replace(/^.*: /, ''), variables, range);
  if (stage === 'reading') return unreadable(failure);
  const reason = stage === 'checking' ? 'expression-type' : 'expression-failed';
  const overload = /^no such overload: (.*) (\S+) (.*)$/.exec(summary);
  if (overload === null) {
    const message = `The expression fails: ${lowerFirst(summary)}.`;
    return new ExpressionProblem({ reason, message, remedy: remedies[code] ?? 'Change the expression.', range });
  }
  const [, left = '', operator = '', right = ''] = overload;
  const message = `\`${operator}\` cannot take \`${typeName(left)}\` and \`${typeName(right)}\`.`;
  const remedy = 'Convert one of them with `double(…)`, `int(…)` or `string(…)`.';
  return new ExpressionProblem({ reason, message, remedy, range });
}

const remedies: { readonly [code: string]: string } = {
  no_such_key: 'Add the key to the map, or test with `in` first.',
  division_by_zero: 'Test for zero first: `n == 0 ? 0 : m / n`.',
  incompatible_ternary_branches: 'Let both branches give one type.',
  no_matching_overload:
    'Call a function that CEL has for these types: `size`, `int`, `double`, `string`, `contains`, `startsWith`, …',
};

function unreadable({ summary, range }: Failure): ExpressionProblem {
  const found = lowerFirst(summary)
    .replace(/: '?(.)'?$/, ' `$1`')
    .replace(': EOF', ': it ends too early');
  const isAssignment = found.endsWith('`=`');
  return new ExpressionProblem({
    reason: 'expression-syntax',
    message: `This expression cannot be read: ${found}.`,
    remedy: isAssignment
      ? 'Compare with `==`.'
      : 'Text stands in quotes, as in `condition != "control"`; the language is CEL.',
    range,
  });
}

function unknownVariable(
  name: string,
  variables: readonly string[],
  range: SourceRange | undefined,
): ExpressionProblem {
  const nearest = nearestName(name, variables);
  return new ExpressionProblem({
    reason: 'unknown-variable',
    message: `Nothing here is called \`${name}\`; ${suggestion(name, variables, 'axis, param or parameter')}`,
    remedy:
      nearest === undefined
        ? `If \`${name}\` is text, put it in quotes inside the expression: \`"${name}"\`.`
        : `Write \`${nearest}\`, or \`"${name}"\` if it is text.`,
    range,
    unknown: name,
  });
}

function typeName(type: string): string {
  return type.replace(/^dyn<(.*)>$/, '$1');
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
