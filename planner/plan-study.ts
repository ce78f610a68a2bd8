/** From a study file to its plan, or to everything that is wrong with it. The one entry of the planner. */
import type { Diagnostic } from '../schemas/diagnostic.ts';
import type { Plan } from '../schemas/plan.ts';
import type { Registry } from '../schemas/steps/registry.ts';
import { resolveAxes } from './axes.ts';
import type { Axis } from './axis.ts';
import { assemblePlan } from './assemble-plan.ts';
import { checkSections } from './check-sections.ts';
import { checkSize } from './count-cells.ts';
import { type DiagnosticList, diagnosticList } from './diagnostic-list.ts';
import { expandCells } from './expand-cells.ts';
import { expressionCompiler } from './expression.ts';
import { type FlatStudy, flattenStudy } from './flatten-study.ts';
import { checkRecursion } from './graph-recursion.ts';
import { resolveParams } from './params.ts';
import { below } from './place.ts';
import type { Planning } from './planning.ts';
import { flagFile, flagText, readFlags } from './set-flags.ts';
import type { ShapedStep } from './shaped-step.ts';
import { shapeSteps } from './shape-steps.ts';
import { type SourceFiles, trackFiles } from './source-files.ts';
import { guardSteps, orderSteps } from './step-order.ts';
import { type StudySource, type Texts, readStudy } from './study-source.ts';
import type { Scope } from './term.ts';
import { checkNames, studyScope } from './study-scope.ts';
import { addWarnings } from './warnings.ts';

export interface PlanOptions {
  /** The study, as a path that `SourceFiles` reads. */
  readonly file: string;
  /** `name=value`, as given with `--set`. */
  readonly set?: readonly string[];
  readonly registry: Registry;
}

/** `texts` holds the documents read (and the flags) by file, for `printDiagnostics`. */
export type PlanResult =
  | {
      readonly ok: true;
      readonly plan: Plan;
      readonly warnings: readonly Diagnostic[];
      readonly texts: ReadonlyMap<string, string>;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[]; readonly texts: ReadonlyMap<string, string> };

/** Plans a study. Everything that is wrong with it is told at once; a plan is made only where nothing is. */
export function planStudy(files: SourceFiles, { file, set = [], registry }: PlanOptions): PlanResult {
  const list = diagnosticList();
  const texts: Texts = new Map([[flagFile, flagText(set)]]);
  const tracked = trackFiles(files);
  const source = readStudy(file, { files: tracked.files, list, texts });
  if (source === undefined) return failed(list, texts);
  const { planning, scope } = begin(source, { files: tracked.files, list, set, registry });
  const study = flattenStudy(planning, scope);
  const shaped = shape(study, planning);
  checkSections(study, shaped, planning);
  const steps = [...shaped.values()].filter(({ step }) => !step.isSketch && !planning.faulty.has(step));
  if (!checkSize(steps, planning)) return failed(list, texts);
  const expanded = expandCells(steps, planning);
  const plan = assemblePlan({ study, steps, expanded, planning, sources: tracked.sources() });
  if (list.hasErrors() || plan === undefined) return failed(list, texts);
  const untold = [...planning.faulty].find(step => !step.isSketch);
  if (untold !== undefined) throw new Error(`internal: ${untold.name} was left out, and nobody told why`);
  addWarnings(study, plan, planning);
  return { ok: true, plan, warnings: list.warnings(), texts };
}

interface Start {
  readonly files: SourceFiles;
  readonly list: DiagnosticList;
  readonly set: readonly string[];
  readonly registry: Registry;
}

/** Params and axes come first: everything else may name them. */
function begin(
  source: StudySource,
  { files, list, set, registry }: Start,
): { readonly planning: Planning; readonly scope: Scope } {
  const { declaration, place } = source;
  const { compile, named } = notingCompiler();
  checkNames(source, list);
  checkRecursion(source, list);
  const flags = readFlags(set, source, list);
  const params = resolveParams(declaration.params, below(place, 'params'), flags, { compile, list });
  const scopeOfParams = studyScope(params, new Map(), source);
  const axes: ReadonlyMap<string, Axis | undefined> = resolveAxes(declaration.axes, below(place, 'axes'), {
    scope: scopeOfParams,
    compile,
    list,
    files,
  });
  const planning: Planning = { source, registry, files, list, compile, named, axes, faulty: new Set() };
  return { planning, scope: studyScope(params, axes, source) };
}

/** A compiler that notes which variables expressions name. */
function notingCompiler(): Pick<Planning, 'compile' | 'named'> {
  const compiler = expressionCompiler();
  const named = new Set<string>();
  const compile: Planning['compile'] = (text, variables) => {
    const expression = compiler(text, variables);
    for (const variable of expression.variables) named.add(variable);
    return expression;
  };
  return { compile, named };
}

function shape(study: FlatStudy, planning: Planning): ReadonlyMap<ShapedStep['step'], ShapedStep> {
  const { connections } = study;
  const guards = guardSteps(study.gates, connections, planning);
  const ordered = orderSteps(study.steps, connections, guards, planning);
  return shapeSteps(ordered, connections, guards, planning);
}

function failed(list: DiagnosticList, texts: Texts): PlanResult {
  return { ok: false, diagnostics: list.errors(), texts };
}
