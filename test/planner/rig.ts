/** Plans studies from texts in memory. Every plan made here is verified whole. */
import { expect } from 'vitest';
import { type PlanResult, planStudy } from '../../planner/plan-study.ts';
import { printDiagnostics } from '../../planner/print-diagnostics.ts';
import type { SourceFiles } from '../../planner/source-files.ts';
import { verifyPlan } from '../../planner/verify-plan.ts';
import { digestOf } from '../../schemas/identity.ts';
import { type Plan, type PlanCell, cellName } from '../../schemas/plan.ts';
import { testKinds } from './kinds.ts';

/** Files by path; texts are UTF-8. */
export function memoryFiles(files: Readonly<Record<string, string | Uint8Array>>): SourceFiles {
  const read = (path: string) => {
    const content = Object.hasOwn(files, path) ? files[path] : undefined;
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  };
  return {
    read,
    digest: path => {
      const bytes = read(path);
      return bytes && { digest: digestOf(bytes), bytes: bytes.length };
    },
    treeDigest: path => {
      const below = Object.keys(files).filter(name => name === path || name.startsWith(`${path}/`));
      const texts = below.sort().map(name => `${name} ${digestOf(read(name) ?? '')}`);
      return below.length === 0 ? undefined : { digest: digestOf(texts.join('\n')), bytes: below.length };
    },
    outputDigest: command =>
      command[0] === 'version'
        ? { digest: digestOf(command.join(' ')), bytes: 1 }
        : { problem: 'there is no such command' },
  };
}

export interface StudyOptions {
  readonly set?: readonly string[];
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** What becomes of a study; plans are verified. */
export function tryPlan(text: string, { set = [], files = {} }: StudyOptions = {}): PlanResult {
  const result = planStudy(memoryFiles({ ...files, 'study.yaml': text }), {
    file: 'study.yaml',
    set,
    registry: testKinds,
  });
  if (result.ok) expect(verifyPlan(result.plan, testKinds)).toEqual([]);
  return result;
}

/** The plan of a study that has no mistakes. */
export function plan(text: string, options: StudyOptions = {}): Plan {
  const result = tryPlan(text, options);
  if (!result.ok) throw new Error(printDiagnostics(result.diagnostics, result.texts, { color: false }));
  return result.plan;
}

/** What is wrong with a study, one line each: code, line, message. */
export function problems(text: string, options: StudyOptions = {}): string[] {
  const result = tryPlan(text, options);
  const found = result.ok ? [] : result.diagnostics;
  return found.map(({ code, location, message }) => `${code} ${location.line} ${message}`);
}

/** Warnings of a study without mistakes, one line each. */
export function warnings(text: string, options: StudyOptions = {}): string[] {
  const result = tryPlan(text, options);
  return result.ok ? result.warnings.map(({ code, message }) => `${code} ${message}`) : ['it has mistakes'];
}

/** A cell by name. */
export function cellOf({ cellList }: Plan, name: string): PlanCell {
  const found = cellList.find(cell => nameOf(cell) === name);
  if (found === undefined) throw new Error(`no cell ${name} among ${cellList.map(nameOf).join(' ')}`);
  return found;
}

export function nameOf({ step, at }: PlanCell): string {
  return cellName(step, at);
}

/** Names of all cells, those of one step only where one is given. */
export function cellNames({ cellList }: Plan, step?: string): string[] {
  return cellList.filter(cell => step === undefined || cell.step === step).map(nameOf);
}

/** What arrives at a port, one line per part: its maker and output, its place, its rows. */
export function arrivals(study: Plan, name: string, port: string): string[] {
  const input = cellOf(study, name).inputs[port];
  return (input?.parts ?? []).map(({ cell, output, at, where }) => {
    const maker = nameOf(study.cellList[cell]!);
    return `${maker}.${output}${at.length > 0 ? ` at ${at.join(',')}` : ''}${where === undefined ? '' : ` where ${JSON.stringify(where)}`}`;
  });
}
