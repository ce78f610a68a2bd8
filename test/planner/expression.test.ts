import fc from 'fast-check';
import { expect, test } from 'vitest';
import { celTypeOf, fromCel, toCel } from '../../planner/cel-value.ts';
import { ExpressionProblem } from '../../planner/expression-problem.ts';
import { checkRowExpression, expressionCompiler, isReservedWord } from '../../planner/expression.ts';
import { UnclosedExpression, parseTemplate } from '../../planner/template.ts';
import type { Json } from '../../schemas/json.ts';

const values: Readonly<Record<string, Json>> = {
  condition: 'good',
  n: 5,
  rate: 0.5,
  on: true,
  layers: [4, 8, 16],
  any: 3,
};
const types = new Map([
  ...Object.entries(values).map(([name, value]): [string, string] => [name, celTypeOf([value])]),
  ['any', 'dyn'] as const,
]);
const compile = expressionCompiler();
const evaluate = (text: string) => compile(text, types).evaluate(name => values[name]!);

/** The problem of an expression, as reason and message. */
function problemOf(text: string): string {
  try {
    evaluate(text);
  } catch (error) {
    if (error instanceof ExpressionProblem) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return 'none';
}

test.each<[string, Json]>([
  ['condition != "control" && n > 3', true],
  ['n / 2', 2],
  ['double(n) / 2.0', 2.5],
  ['{"good": 12, "bad": 16}[condition]', 12],
  ['layers.filter(layer, layer > 4)', [8, 16]],
  ['layers.map(n, n * 2)', [8, 16, 32]],
  ['cel.bind(t, n + 1, t * t)', 36],
  ['[rate, 1.0]', [0.5, 1]],
  ['{"a": n}', { a: 5 }],
  ['on ? "yes" : "no"', 'yes'],
  ['any + 1', 4],
  ['size(layers)', 3],
  ['null', null],
])('%s has a value', (text, value) => {
  expect(evaluate(text)).toEqual(value);
});

test.each([
  ['n +', 'expression-syntax: This expression cannot be read: unexpected token: it ends too early.'],
  ['n = 3', 'expression-syntax: This expression cannot be read: unexpected character `=`.'],
  ['', 'expression-syntax: This expression cannot be read: unexpected token: it ends too early.'],
  ['conditions == "x"', 'unknown-variable: Nothing here is called `conditions`; did you mean `condition`?'],
  ['n + rate', 'expression-type: `+` cannot take `int` and `double`.'],
  ['condition + 1', 'expression-type: `+` cannot take `string` and `int`.'],
  ['any + "a"', 'expression-failed: `+` cannot take `int` and `string`.'],
  ['n / 0', 'expression-failed: The expression fails: division by zero.'],
  ['layers[7]', 'expression-failed: The expression fails: no such key: index out of bounds, index 7 >= size 3.'],
  ['nothing(n)', "expression-type: The expression fails: found no matching overload for 'nothing(int)'."],
  ['timestamp("2020-01-01T00:00:00Z")', expect.stringContaining('which is no value of a study')],
  ['1.0 / 0.0', 'expression-failed: The expression gives Infinity, which is no value of a study.'],
  ['9007199254740993', 'expression-failed: The expression gives 9007199254740993, which is no value of a study.'],
  [`${'n + '.repeat(600)}n`, 'expression-too-large: This expression has 2401 characters; at most 2000 are read.'],
  [
    'layers.map(a, layers.map(b, layers.map(c, a * b * c)))',
    'expression-too-large: Macros stand more than 2 deep in each other.',
  ],
])('%s is told', (text, problem) => {
  expect(problemOf(text)).toEqual(problem);
});

test('only variables that are not bound by a macro are named', () => {
  const names = (text: string) => [...compile(text, types).variables].sort();
  expect(names('layers.exists(n, n > 4) && on')).toEqual(['layers', 'on']);
  expect(names('layers.exists(n, n > any) && n > 3')).toEqual(['any', 'layers', 'n']);
  expect(names('cel.bind(n, rate, n) + rate')).toEqual(['rate']);
  expect(names('[n, size({"on": condition})]')).toEqual(['condition', 'n']);
});

test('words of the language cannot be names', () => {
  expect(['in', 'true', 'null', 'int', 'list', 'type', 'if', 'return'].every(isReservedWord)).toBe(true);
  expect(['size', 'condition', 'n', 'constructor', 'map_', 'all'].some(isReservedWord)).toBe(false);
});

test('row expressions know columns where they are declared, and any where only the data know', () => {
  expect(checkRowExpression('score > 0.5 && condition == "good"', ['score', 'condition'])).toBeUndefined();
  expect(checkRowExpression('score > 0.5', undefined)).toBeUndefined();
  expect(checkRowExpression('scor > 0.5', ['score'])?.message).toBe(
    'Nothing here is called `scor`; did you mean `score`?',
  );
  expect(checkRowExpression('score >', undefined)?.reason).toBe('expression-syntax');
});

test('JSON goes into CEL and comes back', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 2 }), json => {
      const value = JSON.parse(JSON.stringify(json).replaceAll('-0,', '0,')) as Json;
      const isSafe = JSON.stringify(value) === JSON.stringify(fromCel(toCel(value, celTypeOf([value]))) ?? value);
      expect(isSafe).toBe(true);
    }),
  );
});

test.each<[readonly Json[], string]>([
  [[1, 2], 'int'],
  [[1, 2.5], 'double'],
  [['a', 'b'], 'string'],
  [[true], 'bool'],
  [[1, 'a'], 'dyn'],
  [[[1, 2], [3]], 'list<int>'],
  [[[1, 2.5]], 'list<double>'],
  [[[]], 'list<dyn>'],
  [[], 'dyn'],
])('%j are of type %s', (given, type) => {
  expect(celTypeOf(given)).toBe(type);
});

test.each([
  ['plain', [{ kind: 'text', text: 'plain' }]],
  ['', [{ kind: 'text', text: '' }]],
  ['${n}', [{ kind: 'expression', text: 'n', start: 2 }]],
  [
    'a-${n}-b',
    [
      { kind: 'text', text: 'a-' },
      { kind: 'expression', text: 'n', start: 4 },
      { kind: 'text', text: '-b' },
    ],
  ],
  ['${ {"a": {"b": 1}}["a"] }', [{ kind: 'expression', text: ' {"a": {"b": 1}}["a"] ', start: 2 }]],
  ['${"}"}', [{ kind: 'expression', text: '"}"', start: 2 }]],
  [String.raw`${'$'}{"\"}"}`, [{ kind: 'expression', text: String.raw`"\"}"`, start: 2 }]],
  [String.raw`${'$'}{r"\"}`, [{ kind: 'expression', text: String.raw`r"\"`, start: 2 }]],
  ["${'''it's }'''}", [{ kind: 'expression', text: "'''it's }'''", start: 2 }]],
  ['$${n}', [{ kind: 'text', text: '${n}' }]],
  ['$5 and $', [{ kind: 'text', text: '$5 and $' }]],
])('%s is taken apart', (text, pieces) => {
  expect(parseTemplate(text)).toEqual(pieces);
});

test('a `${` that is never closed is told with its place', () => {
  for (const text of ['a ${n', 'a ${"}', 'a ${ {"x": 1}']) {
    expect(() => parseTemplate(text)).toThrow(UnclosedExpression);
  }
});

test('texts without `$` are themselves', () => {
  fc.assert(
    fc.property(
      fc.string().map(text => text.replaceAll('$', '')),
      text => {
        expect(parseTemplate(text)).toEqual([{ kind: 'text', text }]);
      },
    ),
  );
});
