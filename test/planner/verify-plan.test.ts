import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { verifyPlan } from '../../planner/verify-plan.ts';
import type { Plan } from '../../schemas/plan.ts';
import { testKinds } from './kinds.ts';
import { plan } from './rig.ts';

const good = plan(readFileSync(new URL('../golden/keys/small.yaml', import.meta.url), 'utf8'), {
  files: { 'rows.jsonl': '{"row_id": "a"}\n' },
});

type Draft = { -readonly [Key in keyof Plan]: Plan[Key] } & { cellList: Plan['cellList'][number][] };

/** The problems of a plan after a change to a copy of it. */
function faults(change: (draft: Draft) => void): string[] {
  const draft = structuredClone(good) as Draft;
  change(draft);
  return verifyPlan(draft, testKinds);
}

const cell = (draft: Draft, step: string) => draft.cellList.find(each => each.step === step)!;

test('a good plan has no faults', () => {
  expect(verifyPlan(good, testKinds)).toEqual([]);
});

test.each<[string, (draft: Draft) => void, string]>([
  ['a parameter', draft => (cell(draft, 'base').with['d_model'] = 99), 'its key is not that of its recipe'],
  ['a seed', draft => (cell(draft, 'sft').seeds['training'] = 1), 'its key is not that of its recipe'],
  ['what is kept', draft => (cell(draft, 'sft').keep = []), 'its key is not that of its recipe'],
  ['a version', draft => (cell(draft, 'base').version = 7), 'version or weight is not that of its kind'],
  ['an index', draft => (cell(draft, 'base').index = 7), 'its index is 7, its place 1'],
  ['a kind', draft => (cell(draft, 'base').use = 'nothing'), 'its step kind nothing is unknown'],
  ['an axis', draft => (cell(draft, 'sft').at['seed'] = 5), 'seed has no value 5'],
  ['the axes', draft => delete cell(draft, 'sft').at['seed'], 'its axes are not those of its step'],
  ['an input', draft => delete cell(draft, 'sft').inputs['model'], 'the port model is left open'],
  [
    'a part’s cell',
    draft => (cell(draft, 'base').inputs['rows']!.parts[0]!.cell = 5),
    'it needs cell 5, which is no earlier one',
  ],
  [
    'a part’s key',
    draft => (cell(draft, 'base').inputs['rows']!.parts[0]!.key = cell(draft, 'base').key),
    'its part has not the key of cell 0',
  ],
  [
    'a part’s output',
    draft => (cell(draft, 'base').inputs['rows']!.parts[0]!.output = 'rows'),
    'cell 0 has no output rows',
  ],
  [
    'two parts at a single port',
    draft => cell(draft, 'base').inputs['rows']!.parts.push(cell(draft, 'base').inputs['rows']!.parts[0]!),
    'it is single and has not one part',
  ],
  [
    'two parts at one place',
    draft =>
      (cell(draft, 'variance').inputs['scores']!.parts[1]!.at = cell(draft, 'variance').inputs['scores']!.parts[0]!.at),
    'two parts have one place',
  ],
  [
    'a quorum',
    draft => (cell(draft, 'variance').inputs['scores']!.quorum = 100),
    'its quorum 100 is above its 6 parts',
  ],
  ['a guard', draft => (cell(draft, 'each').guards[0]!.gate = 0), 'the guard H1 is no gate before it'],
  ['resources', draft => (cell(draft, 'base').resources.cpu = -1), 'it has another shape'],
  ['the number of cells', draft => (draft.cells = 3), 'the number of cells is wrong'],
  ['a step’s cells', draft => (draft.steps[0]!.cells = 3), 'the step world has another number of cells'],
  ['a step’s needs', draft => draft.steps[0]!.needs.push('nobody'), 'the step world needs nobody, which is none'],
  ['a gate', draft => (draft.gates[0]!.cell = 0), 'the gate H1 is another cell'],
  ['an alias', draft => (draft.aliases['x'] = { step: 'world', output: 'nothing' }), 'the alias x leads nowhere'],
  [
    'a branch’s cells',
    draft => (draft.branchList[0] as unknown as { cells: number[] }).cells.pop(),
    'the branches do not partition the cells',
  ],
  [
    'a branch’s needs',
    draft => (draft.branchList[0] as unknown as { needs: number[] }).needs.push(0),
    'branch 0 has other needs than its cells',
  ],
  ['a branch’s index', draft => ((draft.branchList[0] as { index: number }).index = 9), 'branch 0 has the index 9'],
])('%s that is wrong is found', (_, change, fault) => {
  expect(faults(change).join('\n')).toContain(fault);
});
