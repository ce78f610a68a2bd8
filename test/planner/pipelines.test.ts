import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { planStudy } from '../../planner/plan-study.ts';
import { printDiagnostics } from '../../planner/print-diagnostics.ts';
import { verifyPlan } from '../../planner/verify-plan.ts';
import { stepKinds } from '../../schemas/steps/registry.ts';
import { memoryFiles } from './rig.ts';

const folder = fileURLToPath(new URL('../../pipelines', import.meta.url));
const texts = Object.fromEntries(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => /\.(yaml|jsonl|csv)$/.test(file))
    .map(file => [file.split(path.sep).join('/'), readFileSync(path.join(folder, file))]),
);
const studies = Object.keys(texts).filter(file => /^study:/m.test(texts[file]!.toString()));

test.each(studies)('%s plans without a warning in every size that it has, and its plans hold', file => {
  const sizes =
    /^ {2}size:\n(?: {4}.*\n)*? {4}choices: \[(.*)\]/m.exec(texts[file]!.toString())?.[1]?.split(', ') ?? [];
  const sets = sizes.length === 0 ? [[]] : sizes.map(size => [`size=${size}`]);
  const cells = sets.map(set => {
    const result = planStudy(memoryFiles(texts), { file, set, registry: stepKinds });
    if (!result.ok) throw new Error(printDiagnostics(result.diagnostics, result.texts, { color: false }));
    expect(printDiagnostics(result.warnings, result.texts, { color: false })).toBe('');
    expect(verifyPlan(result.plan, stepKinds)).toEqual([]);
    return result.plan.cells;
  });
  expect(cells).toEqual(cells.toSorted((a, b) => a - b));
});
