/** CEL expressions: parsed and type-checked once, evaluated per cell. The only file that knows the CEL library here. */
import {
  type ASTNode,
  Environment,
  EvaluationError,
  ParseError,
  TypeError as CelTypeError,
} from '@marcbachmann/cel-js';
import type { Json } from '../schemas/json.ts';
import { type CelType, fromCel, toCel } from './cel-value.ts';
import { ExpressionProblem, describeFailure } from './expression-problem.ts';
import { deepestMacro, longestExpression } from './limits.ts';

export interface Expression {
  readonly text: string;
  /** The type of its value, as far as it is known before evaluation (`dyn`: not). */
  readonly type: CelType;
  /** Variables it names, each once. */
  readonly variables: readonly string[];
  /** Its value; an `ExpressionProblem` where it fails for these values. */
  readonly evaluate: (values: (variable: string) => Json) => Json;
}

/** Types of the variables that an expression may name. */
export type VariableTypes = ReadonlyMap<string, CelType>;

export type ExpressionCompiler = (text: string, variables: VariableTypes) => Expression;

/** A compiler that remembers what it has compiled; expressions that cannot be are an `ExpressionProblem`. */
export function expressionCompiler(): ExpressionCompiler {
  const environments = new Map<string, Environment>();
  const compiled = new Map<string, Expression>();
  return (text, variables) => {
    const signature = JSON.stringify([...variables]);
    const key = `${signature} ${text}`;
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const environment = environments.get(signature) ?? environmentOf(variables);
    environments.set(signature, environment);
    const expression = compile(text, variables, environment);
    compiled.set(key, expression);
    return expression;
  };
}

function environmentOf(variables: VariableTypes): Environment {
  const environment = new Environment({ limits: { maxAstNodes: 500, maxDepth: 40 } });
  for (const [name, type] of variables) environment.registerVariable(name, type);
  return environment;
}

/** Words that CEL keeps for itself or for the names of types: no axis, param or parameter can be called so. */
export function isReservedWord(name: string): boolean {
  try {
    const parsed = new Environment().registerVariable(name, 'int').parse(`${name} + 0`);
    return !parsed.check().valid;
  } catch {
    return true;
  }
}

/** What is wrong with an expression over the columns of a row (any columns, where none are given); their types the data decide. */
export function checkRowExpression(
  text: string,
  columns: readonly string[] | undefined,
): ExpressionProblem | undefined {
  const names = columns?.filter(name => /^[a-zA-Z_]\w*$/.test(name) && !isReservedWord(name)) ?? [];
  const types: VariableTypes = new Map(names.map(name => [name, 'dyn']));
  try {
    compile(
      text,
      types,
      columns === undefined ? new Environment({ unlistedVariablesAreDyn: true }) : environmentOf(types),
    );
    return undefined;
  } catch (error) {
    if (error instanceof ExpressionProblem) return error;
    throw error;
  }
}

function compile(text: string, types: VariableTypes, environment: Environment): Expression {
  if (text.length > longestExpression) {
    const message = `This expression has ${text.length} characters; at most ${longestExpression} are read.`;
    throw new ExpressionProblem({
      reason: 'expression-too-large',
      message,
      remedy: 'Split it: params may be expressions over other params.',
    });
  }
  const parsed = attempt(() => environment.parse(text), types);
  const checked = parsed.check();
  if (checked.error !== undefined) throw asProblem(checked.error, types);
  if (macroDepth(parsed.ast) > deepestMacro) {
    const message = `Macros stand more than ${deepestMacro} deep in each other.`;
    throw new ExpressionProblem({ reason: 'expression-too-large', message, remedy: 'Split the expression.' });
  }
  const variables = [...freeVariables(parsed.ast, new Set())].filter(name => types.has(name));
  return {
    text,
    type: checked.type ?? 'dyn',
    variables,
    evaluate: values => {
      const context = Object.fromEntries(variables.map(name => [name, toCel(values(name), types.get(name) ?? 'dyn')]));
      const value: unknown = attempt(() => parsed(context), types);
      const json = fromCel(value);
      if (json !== undefined) return json;
      const message = `The expression gives ${String(value)}, which is no value of a study.`;
      throw new ExpressionProblem({
        reason: 'expression-failed',
        message,
        remedy: 'Convert it with `string(…)`, `int(…)` or `double(…)`.',
      });
    },
  };
}

function attempt<Result>(work: () => Result, types: VariableTypes): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof ParseError || error instanceof EvaluationError || error instanceof CelTypeError) {
      throw asProblem(error, types);
    }
    throw error;
  }
}

function asProblem(error: ParseError | EvaluationError | CelTypeError, types: VariableTypes): ExpressionProblem {
  const { code, summary, range } = error;
  const stage = error instanceof ParseError ? 'reading' : error instanceof CelTypeError ? 'checking' : 'evaluation';
  return describeFailure({ stage, code, summary, range }, [...types.keys()]);
}

const macros = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'bind']);

interface MacroCall {
  readonly variable: string;
  /** Where its variable is not bound, and where it is. */
  readonly outside: readonly ASTNode[];
  readonly inside: readonly ASTNode[];
}

function macroCall(node: ASTNode): MacroCall | undefined {
  if (node.op !== 'rcall') return undefined;
  const [name, receiver, [variable, first, ...rest]] = node.args;
  if (!macros.has(name) || variable?.op !== 'id' || first === undefined) return undefined;
  return name === 'bind'
    ? { variable: variable.args, outside: [first], inside: rest }
    : { variable: variable.args, outside: [receiver], inside: [first, ...rest] };
}

function freeVariables(node: ASTNode, bound: ReadonlySet<string>): Set<string> {
  const macro = macroCall(node);
  if (macro !== undefined) {
    const inner = new Set([...bound, macro.variable]);
    return union([
      ...macro.outside.map(each => freeVariables(each, bound)),
      ...macro.inside.map(each => freeVariables(each, inner)),
    ]);
  }
  if (node.op === 'id') return new Set(bound.has(node.args) ? [] : [node.args]);
  return union(operands(node).map(operand => freeVariables(operand, bound)));
}

function macroDepth(node: ASTNode): number {
  const macro = macroCall(node);
  if (macro === undefined) return Math.max(0, ...operands(node).map(macroDepth));
  return Math.max(...macro.outside.map(macroDepth), 1 + Math.max(...macro.inside.map(macroDepth)));
}

function operands(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}

function union(sets: readonly Set<string>[]): Set<string> {
  return new Set(sets.flatMap(set => [...set]));
}
