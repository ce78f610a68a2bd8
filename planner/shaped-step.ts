/** Steps with their axes: how many cells each has, and how each input is matched with its source. */
import type { ArtifactKind } from '../schemas/artifact.ts';
import type { Axis } from './axis.ts';
import type { AtClause, FlatInput, FlatStep, Quorum } from './flat-step.ts';
import type { Guard } from './step-order.ts';
import type { TableColumns } from './table-columns.ts';

export interface ShapedStep {
  readonly step: FlatStep;
  /** In the order of the study. */
  readonly axes: readonly Axis[];
  readonly inputs: readonly ShapedInput[];
  readonly guards: readonly Guard[];
  readonly standIn: StandIn | undefined;
  /** Columns of its tables, by output. */
  readonly tables: ReadonlyMap<string, TableColumns>;
}

/** Where `when` is false, this input's artifact is what the step gives. */
export interface StandIn {
  readonly input: ShapedInput;
  /** The output it replaces: the first of the same kind. */
  readonly output: string;
}

export interface ShapedInput {
  readonly input: FlatInput;
  readonly source: ShapedStep;
  readonly output: string;
  readonly kind: ArtifactKind;
  /** Axes of the source that the step has too. */
  readonly matched: readonly Axis[];
  /** Axes of the source that the step has not. */
  readonly gathered: readonly Axis[];
  /** Axes of the source that an `at` fixes. */
  readonly fixed: readonly AtClause[];
  /** Columns of the table, named like axes, whose rows an `at` chooses. */
  readonly selected: readonly AtClause[];
  /** Axes of the step that the source has as a column: each cell gets its own rows. */
  readonly scattered: readonly Axis[];
  readonly isGathered: boolean;
  readonly quorum: Quorum | undefined;
}
