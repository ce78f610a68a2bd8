import { expect, test } from 'vitest';
import { planStudy } from '../../planner/plan-study.ts';
import { stepKinds } from '../../schemas/steps/registry.ts';
import { planOf } from '../activities/rig.ts';

const study = (approve: string, gate = '') => `
study: asking
axes: { i: { count: 3 } }
steps:
  one: { use: no-op, over: [i] }
  dear: { use: no-op, in: { parts: one }, with: { bytes: 1 }${approve} }
  after: { use: no-op, in: { parts: dear }, with: { bytes: 2 } }
  apart: { use: no-op, over: [], in: { parts: one } }
gates:
  enough: { claim: three, estimand: { from: apart, column: parts, take: first }, op: '>=', value: 3, on_fail: { skip: [after] }${gate} }
`;

const problems = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  const files = {
    read: (path: string) => (path === 'study.yaml' ? bytes : undefined),
    digest: () => undefined,
    treeDigest: () => undefined,
    outputDigest: () => ({ problem: 'there is no such command' }),
  };
  const result = planStudy(files, { file: 'study.yaml', set: [], registry: stepKinds });
  return result.ok ? [] : result.diagnostics.map(({ code, message, remedy }) => `${code} ${message} ${remedy}`);
};

test('an approval is in the plan and in no key; `false` is as if nothing was said', () => {
  const [plain, asked, refused] = [
    study(''),
    study(", approve: 'Fine?'", ', approve: true'),
    study(', approve: false'),
  ].map(text => planOf(text));
  expect(asked!.steps.find(({ step }) => step === 'dear')!.approve).toBe('Fine?');
  expect(asked!.gates[0]!.approve).toBe(true);
  expect(asked!.cellList.map(({ key }) => key)).toEqual(plain!.cellList.map(({ key }) => key));
  expect({ ...refused, sources: [] }).toEqual({ ...plain, sources: [] });
});

test('cells that wait for a person share no branch with cells that do not: others never wait for them', () => {
  const plan = planOf(study(', approve: true', ', approve: true'));
  const steps = plan.branchList.map(({ cells }) => [...new Set(cells.map(cell => plan.cellList[cell]!.step))]);
  expect(steps).toEqual([['one', 'apart', 'gates.enough'], ['dear'], ['after']]);
  expect(plan.branchList.map(({ needs }) => needs)).toEqual([[], [0], [0, 1]]);
  expect(planOf(study('')).branchList).toHaveLength(1);
});

test('what cannot wait is refused: a graph’s use, a gate that skips nothing, a value that is no question', () => {
  const graph = `
study: graphed
graphs: { g: { steps: { one: { use: no-op } }, out: { one: one } } }
steps:
  use: { use: graph/g, approve: true }
`;
  expect(problems(graph)).toEqual([expect.stringMatching(/^E146 `approve` belongs to a step/)]);
  const idle = study('', ', approve: true').replace('on_fail: { skip: [after] }, ', '');
  expect(problems(idle)).toEqual([
    expect.stringMatching(/no consequence that could wait for it.*put `approve` on a step/),
  ]);
  expect(problems(study(', approve: 3'))).toEqual([expect.stringContaining('the question that a person is to answer')]);
});
