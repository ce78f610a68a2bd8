/** What every stage of planning one study needs at hand. */
import type { Registry } from '../schemas/steps/registry.ts';
import type { Axis } from './axis.ts';
import type { DiagnosticList } from './diagnostic-list.ts';
import type { ExpressionCompiler } from './expression.ts';
import type { FlatStep } from './flat-step.ts';
import type { SourceFiles } from './source-files.ts';
import type { StudySource } from './study-source.ts';

export interface Planning {
  readonly source: StudySource;
  readonly registry: Registry;
  readonly files: SourceFiles;
  readonly list: DiagnosticList;
  readonly compile: ExpressionCompiler;
  /** Params and axes that some expression of the study names. */
  readonly named: ReadonlySet<string>;
  /** Axes by name; undefined where one has problems. */
  readonly axes: ReadonlyMap<string, Axis | undefined>;
  /** Steps with problems. They get no cells, and what depends on them is not told off for it. */
  readonly faulty: Set<FlatStep>;
}

/** Does something for a step; whatever it lists is the step's fault. */
export function blaming<Result>({ list, faulty }: Planning, step: FlatStep, work: () => Result): Result {
  const before = list.reported();
  const result = work();
  if (list.reported() > before) faulty.add(step);
  return result;
}
