import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { expressionCompiler } from '../../planner/expression.ts';
import { longestExpression, largestDocumentBytes, mostAxisValues, mostCells } from '../../planner/limits.ts';
import { planStudy } from '../../planner/plan-study.ts';
import { printDiagnostics } from '../../planner/print-diagnostics.ts';
import { verifyPlan } from '../../planner/verify-plan.ts';
import type { Json } from '../../schemas/json.ts';
import type { Plan } from '../../schemas/plan.ts';
import { stepKinds } from '../../schemas/steps/registry.ts';
import { studySchema } from '../../schemas/study.ts';
import { memoryFiles } from './rig.ts';

const text = readFileSync(new URL('../../docs/language.md', import.meta.url), 'utf8');

interface Example {
  readonly heading: string;
  readonly code: string;
}

/** Fenced blocks of a language with the headings they stand under. */
function examples(language: string): Example[] {
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'));
  return [...blocks].map(({ index, 1: code = '' }) => {
    const headings = [...text.slice(0, index).matchAll(/^#+ ([A-Z].*)$/gm)];
    return { heading: headings.at(-1)?.[1] ?? '', code };
  });
}

const fileName = /^# (\S+\.yaml)\n/;
const blocks = examples('yaml');
const [first, ...further] = blocks.filter(({ code }) => !fileName.test(code));
const files = {
  'prompts.csv': 'id,text\np1,hello\np2,goodbye\n',
  ...Object.fromEntries(
    blocks.flatMap(({ code }) => {
      const name = fileName.exec(code)?.[1];
      return name === undefined ? [] : [[name, code]];
    }),
  ),
};

type Section = Readonly<Record<string, Json>>;

/** The first study with the entries of an example added to its sections. */
function withExample(example: string): string {
  const [study, added] = [first!.code, example].map(code => parse(code) as Section) as [Section, Section];
  const merged = Object.entries(added).map(([key, value]) => {
    const known = study[key];
    const isSection = typeof value === 'object' && !Array.isArray(value) && key !== 'report';
    return [key, isSection ? { ...(known as Section | undefined), ...(value as Section) } : value];
  });
  return JSON.stringify({ ...study, ...Object.fromEntries(merged) });
}

function planOf(study: string): Plan {
  const result = planStudy(memoryFiles({ ...files, 'study.yaml': study }), { file: 'study.yaml', registry: stepKinds });
  if (!result.ok) throw new Error(printDiagnostics(result.diagnostics, result.texts, { color: false }));
  expect(result.warnings.map(({ message }) => message)).toEqual([]);
  expect(verifyPlan(result.plan, stepKinds)).toEqual([]);
  return result.plan;
}

/** `# → tuned: 6, score: 6`: the cells that an example says its steps have. */
function statedCells(code: string): [string, number][] {
  const pairs = /^# → (.*)$/m.exec(code)?.[1]?.split(', ') ?? [];
  return pairs.map(pair => {
    const [step = '', count = ''] = pair.split(': ');
    return [step, Number(count)];
  });
}

test.each([
  { ...first!, study: first!.code },
  ...further.map(example => ({ ...example, study: withExample(example.code) })),
])('the example under “$heading” plans, with the cells it says', ({ code, study }) => {
  const plan = planOf(study);
  const cells = new Map(plan.steps.map(step => [step.step, step.cells]));
  const stated = statedCells(code);
  expect(stated.map(([step]) => [step, cells.get(step)])).toEqual(stated);
});

test('every key of a study, of a step and of a graph is explained', () => {
  const unexplained = (keys: readonly string[]) => keys.filter(key => !new RegExp(`\\b${key}\\b`).test(text));
  const { steps, graphs } = studySchema.shape;
  expect(unexplained(Object.keys(studySchema.shape))).toEqual([]);
  expect(unexplained(Object.keys(steps.valueType.shape))).toEqual([]);
  expect(unexplained(Object.keys(graphs.unwrap().valueType.shape))).toEqual([]);
});

const compile = expressionCompiler();
const equations = examples('text').flatMap(({ code }) => code.trim().split('\n'));

test.each(equations)('%s', equation => {
  const [expression = '', value = ''] = equation.split('→').map(side => side.trim());
  expect(compile(expression, new Map()).evaluate(() => null)).toEqual(JSON.parse(value));
});

test('every function that is listed is known', () => {
  const plain = ['size("a")', 'int("1")', 'double(1)', 'string(1)', 'bool("true")', 'dyn(1)'];
  const ofText = [
    'contains("a")',
    'startsWith("a")',
    'endsWith("a")',
    'matches("a")',
    'indexOf("a")',
    'lastIndexOf("a")',
  ];
  const more = ['substring(1)', 'split("a")', 'trim()', 'lowerAscii()', 'upperAscii()'];
  const ofLists = ['map(x, x)', 'filter(x, true)', 'all(x, true)', 'exists(x, true)', 'exists_one(x, true)'];
  const calls = [
    ...plain,
    'type(1) == int',
    '["a"].join("")',
    ...[...ofText, ...more].map(call => `"abc".${call}`),
    ...ofLists.map(call => `[1].${call}`),
  ];
  for (const call of calls) expect(() => compile(call, new Map()).evaluate(() => null)).not.toThrow();
  const lists = /^Functions: ([^]*?)\.\n/m.exec(text)?.[1]?.match(/`[^`]*`/g) ?? [];
  const listed = lists.flatMap(list => list.match(/\w+/g) ?? []);
  expect(listed.length).toBeGreaterThan(20);
  expect(listed.filter(name => !calls.some(call => call.includes(`${name}(`)))).toEqual([]);
});

test('bounds are those of the planner', () => {
  const stated = (text.split(/^Bounds: /m)[1] ?? '').replaceAll(',', '');
  expect(stated).toContain(`${largestDocumentBytes / 1e6} MB`);
  expect(stated).toContain(`${mostAxisValues} values of an axis`);
  expect(stated).toContain(`${mostCells} cells`);
  expect(longestExpression).toBeGreaterThan(Math.max(...equations.map(({ length }) => length)));
});
