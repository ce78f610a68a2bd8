/** Steps after graphs are expanded in place: all there is to know of a step but its inputs, its axes and its cells. */
import type { Approval } from '../schemas/approval.ts';
import type { InputPort, StepKind } from '../schemas/step-kind.ts';
import type { Axis } from './axis.ts';
import type { FailureChange } from './on-failure.ts';
import type { Place } from './place.ts';
import type { PlacedTerm, Term } from './term.ts';

export interface FlatStep {
  /** With the graph uses it is in: `retrain.em`. */
  readonly name: string;
  /** As its graph calls it, which is how messages do: they are the same for every use of the graph. */
  readonly localName: string;
  readonly place: Place;
  readonly kind: StepKind;
  /** Its own `over`. */
  readonly over: Over | undefined;
  /** The `over`s of the graph uses it is in: it has no axis that one of them lacks. */
  readonly bounds: readonly Over[];
  /** The `when`s of the graph uses it is in. */
  readonly conditions: readonly PlacedTerm[];
  readonly when: PlacedTerm | undefined;
  /** The port of `else`. */
  readonly standIn: { readonly port: string; readonly place: Place } | undefined;
  readonly parameters: ReadonlyMap<string, PlacedTerm>;
  /** Under the kind's names. */
  readonly seeds: ReadonlyMap<string, PlacedTerm>;
  readonly keep: readonly string[];
  readonly resources: ReadonlyMap<string, PlacedTerm>;
  readonly quorum: Quorum | undefined;
  readonly onFailure: readonly FailureChange[];
  readonly approve: Approval | undefined;
  /** In a graph that nothing uses: checked as far as possible, never planned. */
  readonly isSketch: boolean;
}

export interface Over {
  readonly axes: readonly Axis[];
  /** False where it names axes that have problems, which are left out here. */
  readonly isComplete: boolean;
  readonly place: Place;
}

export interface Quorum {
  /** As `quorumSchema` has it: up to 1 a fraction, above a count. */
  readonly value: number;
  readonly place: Place;
}

/** An output of a step, on its way to an input. */
export interface Source {
  readonly step: FlatStep;
  readonly output: string;
  /** Axes to fix, the nearest to the output first. */
  readonly at: readonly AtClause[];
  /** Set where a use of a graph says it for this port. */
  readonly quorum: Quorum | undefined;
}

/** `axis: value` of an `at`. */
export interface AtClause {
  readonly axis: Axis;
  readonly term: Term;
  readonly place: Place;
  /** Said of one input alone, which then must have the axis; said of a step, one of its inputs must. */
  readonly isOfInput: boolean;
}

/** What arrives at a port of a step. */
export interface FlatInput {
  readonly port: string;
  readonly spec: InputPort;
  readonly place: Place;
  readonly source: Source;
  readonly quorum: Quorum | undefined;
  /** A list of parts even where there is nothing to gather, and even if all are missing: the report's inputs. */
  readonly isList: boolean;
}
